{{ config(alias='dim_msic_group') }}

select * from {{ ref('dim_msic_group') }}
