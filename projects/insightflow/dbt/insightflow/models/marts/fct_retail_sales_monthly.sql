{{ config(partitioned_by=['year']) }}

with figures as (
    select
        month_date,
        group_code,
        max(case when series = 'abs' then sales end) as sales,
        max(case when series = 'abs' then volume end) as volume,
        max(case when series = 'growth_yoy' then sales end) as sales_growth_yoy,
        max(case when series = 'growth_mom' then sales end) as sales_growth_mom
    from {{ ref('stg_iowrt_3d') }}
    where month_date >= date '2017-01-01'  -- where dim_date begins
    group by month_date, group_code
)

select
    figures.month_date,
    figures.group_code,
    figures.sales,
    figures.volume,
    figures.sales_growth_yoy,
    figures.sales_growth_mom,
    round(100 * figures.sales / headline.sales, 4) as share_of_trade,
    fuel.ron95,
    fuel.ron97,
    fuel.diesel,
    fuel.diesel_eastmsia,
    year(figures.month_date) as year
from figures
left join {{ ref('stg_iowrt') }} as headline
    on headline.month_date = figures.month_date and headline.series = 'abs'
left join {{ ref('int_fuelprice_monthly') }} as fuel
    on fuel.month_date = figures.month_date
