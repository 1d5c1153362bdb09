"""Calls of the fixture that make no sense, for ``fuzz.py``: none of them may pass."""

PREAMBLE = """
import jax
import jax.numpy as jnp
import numpy as np

x = np.linspace(-1.0, 1.0, 6, dtype=np.float32)
f = jnp.sin


def raising(error):
    def fn(x):
        raise error
    return fn


def giving(value):
    return lambda *_: value


def recursive(x):
    return recursive(x)


class Odd:
    def __call__(self, x):
        return object()

    def __repr__(self):
        raise RuntimeError("no repr")
"""

_ERRORS = (
    "ValueError('no')", "TypeError()", "KeyError('k')", "RuntimeError('x' * 5000)",
    "MemoryError()", "RecursionError()", "StopIteration()", "AssertionError('line\\nline')",
    "UnicodeDecodeError('utf-8', b'', 0, 1, 'no')", "NotImplementedError()", "ArithmeticError()",
    "OSError(28, 'No space left')", "Exception('\\x1b[31mred\\x00')",
    "ExceptionGroup('g', [ValueError()])",
)  # fmt: skip
_RESULTS = (
    "'text'", "object()", "[object()]", "{1: 'a'}", "b'x'", "iter([1])", "range", "np.array(['a'])",
    "np.array([None])", "np.datetime64('2020-01-01')", "{'a': jnp.ones(2), 'b': 'c'}", "(1, 'x')",
    "set([1])", "jax.ShapeDtypeStruct((2,), 'float32')", "np.array([{}])", "Odd()",
)  # fmt: skip
_REFERENCES = (
    "np.cos", "lambda x: np.sin(x)[:-1]", "lambda x: np.sin(x)[None]", "lambda x: (np.sin(x),)",
    "lambda x: [np.sin(x)]", "lambda x: {'y': np.sin(x)}", "lambda x: np.sin(x) * np.nan",
    "lambda x: np.sin(x) + 1e-2", "lambda x: np.sin(x) > 0", "lambda x: None", "lambda x: 'sin'",
    "lambda x: np.sin(x).astype(str)", "lambda x: np.sin(x).astype(object)", "lambda: 1",
    "lambda x, y: x", "5", "'np.sin'", "[np.sin]", "lambda x: np.sin(x) + 1j", "Odd()",
    "lambda x: np.array([[1], [1, 2]], dtype=object)", "lambda x: x / 0 if 0 else 1 / 0",
    "lambda x: np.sin(x) * np.inf", "lambda x: np.sin(x)[::-1]",
)  # fmt: skip
_ARGUMENTS = (
    "'text'", "object()", "np.array(['a'])", "np.array([None])", "[x, 'a']", "{'a': object()}",
    "b'bytes'", "np.datetime64('2020-01-01')", "lambda: 1", "x, x", "*()", "Odd()",
    "np.zeros(3, [('a', 'i4')])", "range(3), {}", "np.ma.masked_array(['a'])",
)  # fmt: skip
_KEYWORDS = (
    "inputs=5", "inputs='ab'", "inputs=[x]", "inputs=[[x, x]]", "inputs=[[]]", "inputs=[['a']]",
    "inputs=[[x[:3]]]", "inputs=[[x.astype('int32')]]", "inputs=[None]", "inputs={'a': 1}",
    "name=5", "name=''", "name=b'x'", "name='a b'", "name='../up'", "name='\\n'",
    "category=5", "category=''", "category='a b'", "category=None",
    "tags=5", "tags=[1]", "tags=[None]", "tags=['']",
    "static_argnums='a'", "static_argnums=9", "static_argnums=-9", "static_argnums=(0, 0.5)",
    "static_argnums=0", "static_argnames='nothing'", "static_argnames=[1]", "static_argnames=5",
    "x64='yes'", "x64=2", "rtol=-1.0", "rtol='a'", "rtol=float('nan')", "rtol=[1]", "atol=-1e-3",
    "atol='b'", "atol=float('inf')", "license=5", "license=['MIT']", "nothing=1", "reference=x",
)  # fmt: skip
_FUNCTIONS = (
    "5", "None", "'jnp.sin'", "[f]", "recursive", "Odd()", "Odd", "lambda: 1", "lambda x, y: x",
    "lambda x: x if x > 0 else -x", "lambda x: x[int(x[0])]", "lambda x: np.sin(x)",
    "lambda x: x.tolist()", "lambda x: jnp.reshape(x, (5, 5))", "lambda x: jnp.nonzero(x)",
    "lambda x: open('/nowhere/at/all')", "lambda x: (i for i in x)", "lambda *, y: y",
    "lambda x: jnp.full(10**14, x[0])", "lambda x: jax.lax.while_loop(lambda c: c, 5, x)",
    "lambda x: __import__('sys').exit(3)", "lambda x: x @ 'a'", "lambda x: x.no_such_method()",
)  # fmt: skip

CALLS = [
    *(f"jaxsmith.check({fn}, x)" for fn in _FUNCTIONS),
    *(f"jaxsmith.check(raising({error}), x)" for error in _ERRORS),
    *(f"jaxsmith.check(giving({value}), x)" for value in _RESULTS),
    *(f"jaxsmith.check(f, x, reference={reference})" for reference in _REFERENCES),
    *(f"jaxsmith.check(f, x, reference=raising({error}))" for error in _ERRORS),
    *(f"jaxsmith.check(f, x, reference=giving({value}))" for value in _RESULTS),
    *(f"jaxsmith.check(f, {arguments})" for arguments in _ARGUMENTS),
    *(f"jaxsmith.check(f, x, {keyword})" for keyword in _KEYWORDS),
    *(f"jaxsmith.check(f, x, reference=np.sin, {keyword})" for keyword in _KEYWORDS[:-1]),
]
"""What a test would hold as its one line."""
