{# Whether the engine knows roles to whom something can be granted. #}
{% macro has_roles() -%} {{ return(adapter.dispatch("has_roles")()) }} {%- endmacro %}

{% macro default__has_roles() -%} {{ return(true) }} {%- endmacro %}

{% macro duckdb__has_roles() -%} {{ return(false) }} {%- endmacro %}
