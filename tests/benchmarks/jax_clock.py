"""How long JAX traced and compiled, by its own events."""

import jax

_PARTS = {
    "/jax/core/compile/jaxpr_trace_duration": "trace",
    "/jax/core/compile/jaxpr_to_mlir_module_duration": "trace",
    "/jax/core/compile/backend_compile_duration": "compile",
}
_seconds = {"trace": 0.0, "compile": 0.0}


def _listen(event, seconds, **_):
    if event in _PARTS:
        _seconds[_PARTS[event]] += seconds


jax.monitoring.register_event_duration_secs_listener(_listen)


def reset():
    """Start counting from 0."""
    _seconds.update(trace=0.0, compile=0.0)


def read():
    """Return the seconds since ``reset``; traces of functions in functions are counted twice."""
    return dict(_seconds)
