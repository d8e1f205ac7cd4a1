{# Lower (`-`) or upper (`+`) bound of the 95 % score interval of a share (Wilson 1927); null where nothing was counted. #}
{% macro wilson_bound(share, count, sign) -%}
    case
        when {{ count }} > 0
        then
            greatest(
                0,
                least(
                    1,
                    (
                        {{ share }} + power(1.959964e0, 2) / (2 * {{ count }})
                        {{ sign }} 1.959964e0 * sqrt(
                            {{ share }} * (1 - {{ share }}) / {{ count }}
                            + power(1.959964e0, 2) / (4 * power({{ count }}, 2))
                        )
                    )
                    / (1 + power(1.959964e0, 2) / {{ count }})
                )
            )
    end
{%- endmacro %}
