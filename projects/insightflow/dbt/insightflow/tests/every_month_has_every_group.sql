-- A group that is missing in a month would look as if it had sold nothing.
select month_date, count(distinct group_code) as group_count
from {{ ref('fct_retail_sales_monthly') }}
group by month_date
having count(distinct group_code) <> (select count(*) from {{ ref('dim_msic_group') }})
