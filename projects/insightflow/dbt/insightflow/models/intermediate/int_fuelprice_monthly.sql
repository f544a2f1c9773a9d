-- Prices come by week and trade by month: the mean of the weeks that begin in a month.
select
    month_date,
    count(*) as weeks,
    round(avg(ron95), 4) as ron95,
    round(avg(ron97), 4) as ron97,
    round(avg(diesel), 4) as diesel,
    round(avg(diesel_eastmsia), 4) as diesel_eastmsia
from {{ ref('stg_fuelprice') }}
where series_type = 'level'
group by month_date
