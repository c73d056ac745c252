"""The engine's SQL and the readable evaluator say the same of every subject of random books under random rulebooks."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_books import AS_OFS, books
from random_rules import rulebooks
from reference import both

EXAMPLES = int(os.environ.get("RELCARE_EXAMPLES", "25"))
SLOW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="RELCARE_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@SLOW
@given(st.data())
def test_engine_and_reference_agree_on_customers(data):
    as_of = data.draw(st.sampled_from(AS_OFS))
    engine, reference = both(data.draw(rulebooks(as_of)), data.draw(books(as_of)), "customer")
    assert engine == reference


@SLOW
@given(st.data())
def test_engine_and_reference_agree_on_complaints(data):
    as_of = data.draw(st.sampled_from(AS_OFS))
    engine, reference = both(data.draw(rulebooks(as_of)), data.draw(books(as_of)), "complaint")
    assert engine == reference
