#include "supervisor/cli/sample.h"
#include <string.h>

/* clang-format off: a line here is a line there */
static const char *const lines[] = {
	"# What is kept equal to what. syncline.yaml(5) explains every key.",
	"# A line that begins with # and no single space, such as",
	"# \"#  - name: erp\", is a setting: remove the # to use it.",
	"version: 1",
	"",
	"connections:",
	"  - name: source",
	"    driver: sqlite             # postgres, sqlite, csv or null",
	"    path: source.db            # relative to this file",
	"  - name: target",
	"    driver: sqlite",
	"    path: target.db",
	"#  - name: erp",
	"#    driver: postgres",
	"#    dsn: host=db1 dbname=erp user=reader",
	"#    password: file:erp.password  # or ${VAR}, or cred:NAME",
	"#  - name: exports",
	"#    driver: csv",
	"#    path: exports",
	"",
	"# What every entity starts from; each may say otherwise.",
	"defaults:",
	"  normalize: clean             # trim, NFC, line ends, empty is NULL",
	"#  delta: auto                  # auto, full, hash or rowversion",
	"#  sweep: nightly               # rowversion: how often to find deletes",
	"#  adopt: target                # rows a first run finds in the target",
	"#  guards:",
	"#    max_delete_percent: 10     # more deletes than that are withheld",
	"#    max_update_percent: 100",
	"#    min_source_rows: 1",
	"#  limits:",
	"#    max_reject_percent: 10",
	"#  track:                       # extra columns of every target table",
	"#    key_hash: sync_key",
	"#    synced_at: sync_time",
	"",
	"entities:",
	"  - name: work_orders",
	"    source: {connection: source, table: shop_ord}",
	"    target: {connection: target, table: work_order, create: true}",
	"    key: [order_no, release_no]  # target fields",
	"#    rowversion: objversion       # a source column that only grows",
	"#    hash_exclude: [note]         # changes here alone are no change",
	"#    deletes: {policy: soft, column: deleted_at}",
	"    # Without fields, every source column passes under its own name.",
	"    fields:",
	"      - {to: order_no, from: order_no, type: text, required: true}",
	"      - {to: release_no, from: release_no, type: text}",
	"      - {to: need_date, from: need_date, type: date}",
	"      - {to: qty, from: qty_due, type: decimal, scale: 3}",
	"      - {to: label, expr: \"order_no || '/' || release_no\"}",
	"#      - {to: site, from: contract, transform: [trim, upper]}",
	"#      - {to: note, from: note, empty: keep, max_length: 2000}",
	"#      - {to: origin, value: erp}",
	"",
	"#  - name: parts",
	"#    source: {connection: erp, table: ifsapp.part, where: \"contract = 'S1'\"}",
	"#    target: {connection: target, table: part, create: true}",
	"#    key: part_no",
	"",
	"#  - name: prices",
	"#    source: {connection: exports, file: prices.csv, delimiter: \";\"}",
	"#    target: {connection: target, table: price, create: true}",
	"#    key: [part_no, valid_from]",
	"#    fields:",
	"#      - {to: part_no, from: Part, type: text}",
	"#      - {to: valid_from, from: From, type: date, formats: [eu]}",
	"#      - {to: price, from: Price, type: decimal, decimal: \",\", scale: 2}",
	"",
	"# Where Syncline keeps what it knows, and how much it may use.",
	"#store: {dir: .syncline}",
	"#workers: {normalize: 2}",
	"#state: {memory: 1GiB}",
};
/* clang-format on */

static bool
is_setting(const char *line)
{
	if (line[0] != '#')
		return false;
	bool words = line[1] == ' ' && line[2] && line[2] != ' ';
	return !words;
}

void
sample_pipeline(struct buf *out, bool all)
{
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		const char *line = lines[i];
		buf_puts(out, line + (all && is_setting(line)));
		buf_putc(out, '\n');
	}
}
