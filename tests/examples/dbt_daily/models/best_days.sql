{{ config(tags=["daily"], materialized="view") }}
select day, amount
from {{ ref("orders_daily") }}
where amount > 20
