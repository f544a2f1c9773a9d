{{ config(materialized='view') }}
select shop, cast(amount as decimal(10, 2)) as amount, day, month
from {{ source('landing', 'sales') }}
where amount is not null
