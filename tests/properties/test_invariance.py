"""What the engine says does not depend on the order of rows, nor on rows dated after the as-of."""

from hypothesis import given
from hypothesis import strategies as st
from random_books import AS_OFS, books
from random_rules import rulebooks
from reference import engine_alone
from test_agreement import SLOW


@SLOW
@given(st.data())
def test_the_order_of_rows_says_nothing(data):
    as_of = data.draw(st.sampled_from(AS_OFS))
    text, files = data.draw(rulebooks(as_of)), data.draw(books(as_of))
    plain = engine_alone(text, files, "customer")
    assert engine_alone(text, files.shuffled(data.draw(st.integers(0, 99))), "customer") == plain


@SLOW
@given(st.data())
def test_rows_after_the_as_of_say_nothing(data):
    as_of = data.draw(st.sampled_from(AS_OFS))
    text, files = data.draw(rulebooks(as_of)), data.draw(books(as_of))
    assert engine_alone(text, files.with_future(), "customer") == engine_alone(text, files, "customer")
