{{ config(materialized="ephemeral", tags=["daily", "weekly"]) }}
select id, customer, day, amount
from {{ ref("raw_orders") }}
where amount > 0
