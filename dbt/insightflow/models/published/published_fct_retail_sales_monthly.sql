{{ config(alias='fct_retail_sales_monthly', partitioned_by=['year']) }}

select * from {{ ref('fct_retail_sales_monthly') }}
