{# What cannot be seen, as ranges of code points in hex: Unicode White_Space, Cc and Cf, frozen at Unicode 15.0.
   The same list stands in orchestration/text/trimming.py; tests/unit/test_trimming.py holds both against each other and against Unicode. #}
{% macro invisible_characters() -%}
    {{
        return(
            [
                ("0", "20"),
                ("7f", "a0"),
                ("ad", "ad"),
                ("600", "605"),
                ("61c", "61c"),
                ("6dd", "6dd"),
                ("70f", "70f"),
                ("890", "891"),
                ("8e2", "8e2"),
                ("1680", "1680"),
                ("180e", "180e"),
                ("2000", "200f"),
                ("2028", "202f"),
                ("205f", "2064"),
                ("2066", "206f"),
                ("3000", "3000"),
                ("feff", "feff"),
                ("fff9", "fffb"),
                ("110bd", "110bd"),
                ("110cd", "110cd"),
                ("13430", "1343f"),
                ("1bca0", "1bca3"),
                ("1d173", "1d17a"),
                ("e0001", "e0001"),
                ("e0020", "e007f"),
            ]
        )
    }}
{%- endmacro %}
