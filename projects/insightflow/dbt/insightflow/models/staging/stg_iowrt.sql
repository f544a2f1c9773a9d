select
    series,
    cast(ymd_date as date) as month_date,
    cast(sales as double) as sales,
    cast(volume as double) as volume,
    cast(volume_sa as double) as volume_sa
from {{ source('landing_zone', 'iowrt') }}
