{{ config(tags=["daily"]) }}
select day, sum(amount) as amount
from {{ ref("orders") }}
group by day
