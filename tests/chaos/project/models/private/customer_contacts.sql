select order_id as customer_id
from {{ ref("fct_orders") }}
