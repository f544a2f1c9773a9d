{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['month']) }}
select shop, sum(amount) as total, max(day) as last_day, month
from {{ ref('stg_sales') }}
{% if is_incremental() %}
where month >= (select max(month) from {{ this }})
{% endif %}
group by shop, month
