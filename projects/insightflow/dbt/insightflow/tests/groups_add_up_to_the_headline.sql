-- The groups of a month make up the month's total, to within half a percent for rounding and late revisions.
select headline.month_date, headline.sales, parts.sales as sales_of_groups
from {{ ref('stg_iowrt') }} as headline
inner join (
    select month_date, sum(sales) as sales from {{ ref('stg_iowrt_3d') }} where series = 'abs' group by month_date
) as parts on parts.month_date = headline.month_date
where headline.series = 'abs' and abs(parts.sales - headline.sales) > 0.005 * headline.sales
