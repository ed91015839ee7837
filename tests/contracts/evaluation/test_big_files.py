"""Files of more rows than anybody needs are refused."""

from tests.unit.evaluation.test_csv_rows import refused


def test_a_file_with_too_many_rows_is_refused() -> None:
    assert refused(b"code,name\n" + b"A,b\n" * 20_001) == {"1": ["too_many_rows"]}
