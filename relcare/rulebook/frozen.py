"""Frozen values without generated code: `dataclass(frozen=True, slots=True)` as in the standard library, but quick to make.

The library's writes and compiles half a dozen functions for each class, which takes most of a millisecond, for each of
fifty classes at every start. Here the functions are shared. `fields`, `replace`, `match` and equality work as there.
"""

# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202  # what is not for type checkers has no types to tell them

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # to a type checker they are the library's own
    from dataclasses import dataclass, field
else:
    import dataclasses
    from dataclasses import MISSING, Field, FrozenInstanceError, field
    from operator import attrgetter

    def dataclass(*, frozen, slots):
        """The decorator; both must be asked for."""
        assert frozen  # noqa: S101
        assert slots  # noqa: S101
        return _made

    def _made(cls):
        body = dict(cls.__dict__)
        fields = {name: _field(name, kind, body.pop(name, MISSING)) for name, kind in body["__annotations__"].items()}
        names = tuple(fields)
        body.pop("__dict__", None)
        body.pop("__weakref__", None)
        body |= {"__slots__": names, "__match_args__": names, "__dataclass_fields__": fields}
        body |= _compared(tuple(name for name, made in fields.items() if made.compare))
        body |= {"__setattr__": _set, "__delattr__": _delete, "__repr__": _repr, "__reduce__": _reduce}
        new = type(cls)(cls.__name__, cls.__bases__, body)
        new.__init__ = _init(names, fields, [new.__dict__[name].__set__ for name in names])
        return new

    def _field(name, kind, default):
        made = default if isinstance(default, Field) else field(default=default)
        made.name, made.type, made.kw_only = name, kind, False
        made._field_type = dataclasses._FIELD  # by this the library knows a field # noqa: SLF001
        return made

    def _init(names, fields, setters):
        count = len(names)

        def __init__(self, *values, **named):  # noqa: N807
            if len(values) > count:
                raise TypeError(f"{type(self).__name__} takes {count} values, not {len(values)}")
            for put, value in zip(setters, values, strict=False):
                put(self, value)
            if len(values) == count and not named:
                return
            for name, put in zip(names[len(values) :], setters[len(values) :], strict=True):
                if name in named:
                    put(self, named.pop(name))
                    continue
                made = fields[name]
                if made.default is not MISSING:
                    put(self, made.default)
                elif made.default_factory is not MISSING:
                    put(self, made.default_factory())
                else:
                    raise TypeError(f"{type(self).__name__} wants {name!r}")
            if named:
                raise TypeError(f"{type(self).__name__} has no {', '.join(named)}, or has it twice")

        return __init__

    def _compared(names):
        if len(names) > 1:
            values = attrgetter(*names)
        elif names:
            only = attrgetter(*names)

            def values(self):
                return (only(self),)
        else:

            def values(_):
                return ()

        def __eq__(self, other):  # noqa: N807
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def __hash__(self):  # noqa: N807
            return hash(values(self))

        return {"__eq__": __eq__, "__hash__": __hash__}

    def _set(self, name, value):  # noqa: ARG001
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _delete(self, name):  # noqa: ARG001
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _repr(self):
        shown = (f"{name}={getattr(self, name)!r}" for name, made in self.__dataclass_fields__.items() if made.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def _reduce(self):
        return type(self), tuple(getattr(self, name) for name in self.__slots__)


__all__ = ["dataclass", "field"]
