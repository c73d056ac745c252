"""Random rulebooks written in Chinese, and in English again, load to the same rules."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_books import AS_OFS
from random_rules import rulebooks

from relcare.files.translated import translated
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load
from relcare.rulebook.marks import Marks

EXAMPLES = int(os.environ.get("RELCARE_EXAMPLES", "25"))


def read(text):
    marks = Marks()
    documents, problems = read_documents(text.encode(), "rules.yaml")
    assert not problems
    rulebook, problems = load([("rules.yaml", documents)], "", marks)
    return marks, rulebook, [problem.code for problem in problems]


def written(text, marks, language):
    return translated(text, "rules.yaml", lambda scalar: marks.written(scalar, language))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="RELCARE_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(st.data())
def test_random_rules_in_chinese_and_back(data):
    text = data.draw(rulebooks(data.draw(st.sampled_from(AS_OFS))))
    marks, rulebook, codes = read(text)
    chinese = written(text, marks, "zh")
    marks, again, codes_again = read(chinese)
    assert (again, codes_again) == (rulebook, codes)
    assert '"when"' not in chinese
    english = written(chinese, marks, "en")
    assert read(english)[1:] == (rulebook, codes)
