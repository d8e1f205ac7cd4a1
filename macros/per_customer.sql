{# An amount shared by a number of customers, to the millionth; null where there are none. Exact up to the last digit:
   the quotient is taken in whole millionths, so no floating point decides a cent. #}
{% macro per_customer(amount, count) -%}
    cast(
        case when {{ amount }} < 0 then -1 else 1 end * cast(
            {{
                divide_whole(
                    "2000000 * cast(abs("
                    ~ amount
                    ~ ") as decimal(31, 6)) + "
                    ~ count,
                    "nullif(2 * " ~ count ~ ", 0)",
                )
            }} as decimal(24, 0)
        )
        * cast(0.000001 as decimal(7, 6)) as decimal(18, 6)
    )
{%- endmacro %}
