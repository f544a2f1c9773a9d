select
    series,
    cast(ymd_date as date) as month_date,
    group_code,
    cast(sales as double) as sales,
    cast(volume as double) as volume
from {{ source('landing_zone', 'iowrt_3d') }}
