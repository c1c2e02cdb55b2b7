"""No module imports itself through others; ``make check`` holds the rooms' order, not this."""

import grimp


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Return the modules that are left when those are taken away that import none of the others.

    Each group is what one module leads to and is led to by.
    """
    left = {module: set(others) for module, others in imports.items()}
    while ends := [module for module, others in left.items() if not others & left.keys()]:
        for module in ends:
            del left[module]
    reached = {module: _reached(module, left) for module in left}
    return [
        sorted({other for other in reached[module] & left.keys() if module in reached[other]})
        for module in sorted(left)
        if module in reached[module]
    ]


def _reached(module: str, imports: dict[str, set[str]]) -> set[str]:
    collected: set[str] = set()
    ahead = [module]
    while ahead:
        for other in imports.get(ahead.pop(), set()) - collected:
            collected.add(other)
            ahead.append(other)
    return collected


def test_circles_are_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}, "e": set()}
    assert circles(imports) == [["b", "c"], ["b", "c"]]


def test_no_module_imports_itself_through_others() -> None:
    graph = grimp.build_graph("api", "engine", "ingest", "models", "reelmatch", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 300
    assert circles(imports) == []
