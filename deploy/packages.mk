# Debian packages by name, and the targets that make sure they are there.
deps:
	@bash deploy/install-packages.sh deploy/packages-build.txt
test-deps: deps
	@bash deploy/install-packages.sh deploy/packages-test.txt
lint-deps: deps
	@bash deploy/install-packages.sh deploy/packages-lint.txt
.PHONY: deps test-deps lint-deps
