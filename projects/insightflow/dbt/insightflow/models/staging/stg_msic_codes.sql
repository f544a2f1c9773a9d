select
    digits,
    section,
    nullif(division, '-') as division,
    nullif(group_code, '-') as group_code,
    trim(desc_en) as description
from {{ ref('msic_codes') }}
