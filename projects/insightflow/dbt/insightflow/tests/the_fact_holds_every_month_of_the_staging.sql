-- Joins must neither lose nor multiply sales.
select staged.sales, facts.sales as sales_of_facts
from (
    select sum(sales) as sales from {{ ref('stg_iowrt_3d') }} where series = 'abs' and month_date >= date '2017-01-01'
) as staged
cross join (select sum(sales) as sales from {{ ref('fct_retail_sales_monthly') }}) as facts
where facts.sales is null or abs(staged.sales - facts.sales) > 0.01
