"""The expression language: `{{ }}`, `{% %}` and `{# #}` in texts, over plain data, within a budget.

Compile a text with `compile_template`, then `render` it to text or `evaluate` it to a value. What
it may ask of the world comes as `Services`; what it may cost, as a `Budget`.
"""

from __future__ import annotations

from flows.spec.expressions.budget import Budget
from flows.spec.expressions.catalogue import Argument, Catalogue, Entry, catalogue
from flows.spec.expressions.errors import (
    BudgetExceededError,
    ErrorCode,
    ExpressionError,
    ExpressionSyntaxError,
    TypeMismatchError,
    UndefinedError,
)
from flows.spec.expressions.references import References
from flows.spec.expressions.services import NoServices, Services
from flows.spec.expressions.template import Template, compile_template, render_value
from flows.spec.expressions.tokens import is_template
from flows.spec.expressions.values import Value

__all__ = [
    "Argument",
    "Budget",
    "BudgetExceededError",
    "Catalogue",
    "Entry",
    "ErrorCode",
    "ExpressionError",
    "ExpressionSyntaxError",
    "NoServices",
    "References",
    "Services",
    "Template",
    "TypeMismatchError",
    "UndefinedError",
    "Value",
    "catalogue",
    "compile_template",
    "is_template",
    "render_value",
]
