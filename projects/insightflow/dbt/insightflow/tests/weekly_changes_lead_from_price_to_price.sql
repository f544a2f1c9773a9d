-- What the file says has changed is the difference of the prices that it says.
select level.week_date, level.ron97, change.ron97 as said
from (
    select week_date, ron97, ron97 - lag(ron97) over (order by week_date) as difference
    from {{ ref('stg_fuelprice') }} where series_type = 'level'
) as level
inner join {{ ref('stg_fuelprice') }} as change on change.week_date = level.week_date and change.series_type = 'change_weekly'
where abs(level.difference - change.ron97) > 0.005
