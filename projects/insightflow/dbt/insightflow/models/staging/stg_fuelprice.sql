select
    series_type,
    cast(ymd_date as date) as week_date,
    cast(date_trunc('month', ymd_date) as date) as month_date,
    cast(ron95 as double) as ron95,
    cast(ron97 as double) as ron97,
    cast(diesel as double) as diesel,
    -- Until June 2024 one price held in the whole country, and the file names it once.
    cast(coalesce(diesel_eastmsia, diesel) as double) as diesel_eastmsia
from {{ source('landing_zone', 'fuelprice') }}
