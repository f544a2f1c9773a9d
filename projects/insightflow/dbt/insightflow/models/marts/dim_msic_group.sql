select
    codes.group_code,
    codes.description as group_description,
    codes.division,
    divisions.description as division_description,
    codes.section,
    case codes.division when '45' then 'motor vehicles' when '46' then 'wholesale' when '47' then 'retail' end as trade
from {{ ref('stg_msic_codes') }} as codes
inner join {{ ref('stg_msic_codes') }} as divisions
    on divisions.division = codes.division and divisions.digits = 2
where codes.digits = 3
