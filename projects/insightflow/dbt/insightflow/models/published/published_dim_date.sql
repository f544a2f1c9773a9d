{# ha: the catalogue is switched from the old files to the new ones at once, so that readers always see a table. #}
{{ config(alias='dim_date', ha=true) }}

select * from {{ ref('dim_date') }}
