select
    s.code,
    s.name,
    {{ dbt.datediff('s.opened', "date '2024-01-01'", 'day') }} as days_open,
    coalesce(sum(v.amount), 0) as total,
    count(v.amount) as sales
from {{ ref('shops') }} as s
left join {{ ref('stg_sales') }} as v on v.shop = s.code
group by 1, 2, 3
