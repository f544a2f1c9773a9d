{# ha: the catalogue is switched from the old files to the new ones at once, so that readers always see a table. #}
{{ config(alias='fct_retail_sales_monthly', ha=true, partitioned_by=['year']) }}

select * from {{ ref('fct_retail_sales_monthly') }}
