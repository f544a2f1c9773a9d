{{ config(materialized='incremental', incremental_strategy='append') }}
select shop, amount, day from {{ ref('stg_sales') }}
{% if is_incremental() %}
where day > (select max(day) from {{ this }})
{% endif %}
