{# The mailbox behind a mail address, null where the text is none: lower case, without the part behind a plus
   (RFC 5233: the same mailbox), and for Gmail without dots, which it ignores. #}
{% macro email_key(email) -%}
    {%- set mail = "lower(" ~ email ~ ")" -%}
    {%- set box = "split_part(split_part(" ~ mail ~ ", '@', 1), '+', 1)" -%}
    {%- set domain = "split_part(" ~ mail ~ ", '@', 2)" -%}
    case
        when not {{ matches(mail, "[^@\s+][^@\s]*@[^@\s]+\.[^@\s.]+") }}
        then null
        when {{ domain }} in ('gmail.com', 'googlemail.com')
        then replace({{ box }}, '.', '') || '@gmail.com'
        else {{ box }} || '@' || {{ domain }}
    end
{%- endmacro %}
