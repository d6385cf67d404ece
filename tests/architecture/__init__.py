"""The rules of the code that a reader would otherwise have to check by eye.

import-linter holds who imports whom; here stands what needs the syntax tree or the schema. Every
exception is listed by name with its reason, and one that nothing needs any more fails too.
"""
