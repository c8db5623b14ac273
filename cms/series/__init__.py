"""Focus series and front pages: what orders other items in sections, and may be released with all of them.

`ordering` edits entries one by one; `checklist` says what a release would publish and what keeps it from that;
`releasing` and `reversing` do it and take it back; `models` keeps what was done.
"""
