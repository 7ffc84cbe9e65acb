"""The smallest pipeline there is: things, from SQLite to SQLite."""
from lib.sqlite import SqliteFile

SOURCE = """
CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, size TEXT);
"""
FROM = {"name": "from", "driver": "sqlite", "path": "source.db"}
TO = {"name": "to", "driver": "sqlite", "path": "target.db"}


class Small:
    def __init__(self, site, rows=200):
        self.site = site
        self.source = SqliteFile(site.dir / "source.db")
        self.target = SqliteFile(site.dir / "target.db")
        self.source.script(SOURCE)
        self.source.change("INSERT INTO things VALUES (?, ?, ?)", [
            (n, f"thing {n}", str(n * 3)) for n in range(1, rows + 1)])

    @staticmethod
    def entity(**others):
        return {"name": "things",
                "source": {"connection": "from", "table": "things"},
                "target": {"connection": "to", "table": "things",
                           "create": True},
                "key": ["id"],
                "fields": [{"to": "id", "from": "id"},
                           {"to": "name", "from": "name"},
                           {"to": "size", "from": "size", "type": "int"}],
                **others}

    def write(self, connections=(FROM, TO), others=None, **entity):
        self.site.write(list(connections), [self.entity(**entity)],
                        **(others or {}))

    def run(self, **options):
        return self.site.run(**options)

    def expected(self):
        return self.source.rows(
            "SELECT id, name, CAST(size AS INTEGER) FROM things")

    def rows(self):
        return self.target.rows("SELECT id, name, size FROM things")
