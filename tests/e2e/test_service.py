"""synclined: what it does by itself, and when."""
from lib.small import Small

REJECTS, RESUMABLE = 4, 7


def test_without_a_schedule_it_makes_one_pass(site):
    small = Small(site)
    small.write()
    result = site.verb(program="synclined")
    assert small.rows() == small.expected()
    assert [r["state"] for r in site.runs()] == ["completed"]
    assert 'entity done' in result.err
    small.source.script("DELETE FROM things WHERE id = 7")
    site.verb(program="synclined")
    assert small.rows() == small.expected()
    assert len(site.runs()) == 2


def test_its_exit_code_is_the_worst(site):
    small = Small(site)
    small.write()
    small.source.script("UPDATE things SET size = 'big' WHERE id = 7")
    site.verb(program="synclined", expect=REJECTS)
