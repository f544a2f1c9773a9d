select
    day_date,
    year(day_date) as year,
    quarter(day_date) as quarter,
    month(day_date) as month,
    day(day_date) as day_of_month,
    day_of_week(day_date) as day_of_week,
    cast(date_trunc('month', day_date) as date) as month_date,
    day(day_date) = 1 as is_first_of_month
from unnest(
    sequence(
        date '2017-01-01', cast(date_add('year', 1, date_trunc('year', current_date)) as date) - interval '1' day, interval '1' day
    )
) as days (day_date)
