{{ config(tags=["daily"]) }}
select id, day, amount
from {{ ref("raw_orders") }}
