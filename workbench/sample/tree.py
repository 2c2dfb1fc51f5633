"""The organisations of the synthetic city: a tree of invented units (样例市).

Every name is visibly made up (样例市、甲县、示例镇01). Shares of the sectors follow the published national shares
of branches only roughly: about half rural and urban communities, the rest agencies, institutions, firms, schools.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.vocabulary import Level, OrgFlag, OrgType, Sector

_STEMS = "甲乙丙丁戊己庚辛壬癸"
#: Share of branches that sit in the counties; the rest belong to the city's own units.
_COUNTY_SHARE = 0.67
#: Numbers of branches of one department after another; few are large.
_DEPARTMENT_SIZES = (1, 2, 1, 3, 1, 2, 6, 1)
#: Documents that a few organisations of their own accord adopt beside those of the adoption file.
_AGENCY_DOCUMENTS = ("secretary-2022", "xinfang-bureau", "luoyang-2020", "feicheng-standard")
#: Agency committees of whole systems (系统机关党委) that a standard of one document asks for.
_SYSTEMS = 8


@dataclass
class Tree:
    """Columns of the organisations in the order of their numbers (parents always before children)."""

    name: list[str] = field(default_factory=list)
    short_name: list[str] = field(default_factory=list)
    type: list[str] = field(default_factory=list)
    sector: list[str | None] = field(default_factory=list)
    level: list[str] = field(default_factory=list)
    parent: list[int | None] = field(default_factory=list)
    flags: list[list[str]] = field(default_factory=list)
    adopts: list[list[str] | None] = field(default_factory=list)
    branches: list[int] = field(default_factory=list)

    def add(
        self, name: str, type_: OrgType, sector: Sector | None, level: Level, parent: int | None,
        *, short: str = "", flags: tuple[OrgFlag, ...] = (), adopts: tuple[str, ...] = (),
    ) -> int:
        """Append one organisation and return its number."""
        no = len(self.name)
        self.name.append(name)
        self.short_name.append(short or name.replace("中共", "").replace("委员会", "委"))
        self.type.append(type_.value)
        self.sector.append(sector.value if sector else None)
        self.level.append(level.value)
        self.parent.append(parent)
        self.flags.append([f.value for f in flags])
        self.adopts.append(list(adopts) or None)
        if type_ is OrgType.BRANCH:
            self.branches.append(no)
        return no

    def branch(self, place: str, sector: Sector, parent: int, *, flags: tuple[OrgFlag, ...] = (),
               adopts: tuple[str, ...] = ()) -> int:
        """Append a branch (党支部)."""
        return self.add(f"{place}党支部", OrgType.BRANCH, sector, Level.GRASSROOTS, parent,
                        short=f"{place}支部", flags=flags, adopts=adopts)

    def homes(self) -> list[int]:
        """For each organisation the branch in which its officers are members: the first one below it.

        Where there is none below, that of the organisation above.
        """
        homes: list[int | None] = [None] * len(self.name)
        for no in reversed(range(len(self.name))):
            if self.type[no] == OrgType.BRANCH:
                homes[no] = no
            if self.parent[no] is not None and homes[no] is not None:
                homes[self.parent[no]] = homes[no]
        for no, parent in enumerate(self.parent):
            if homes[no] is None and parent is not None:
                homes[no] = homes[parent]
        return [self.branches[0] if h is None else h for h in homes]

    def below(self, flag: OrgFlag) -> list[bool]:
        """Whether an organisation has one with ``flag`` below it."""
        found = [False] * len(self.name)
        for no in reversed(range(len(self.name))):
            if (found[no] or flag in self.flags[no]) and self.parent[no] is not None:
                found[self.parent[no]] = True
        return found


def build_tree(branches: int) -> Tree:
    """The tree of a city with exactly ``branches`` branches (at least 40, so that every kind of unit occurs)."""
    tree = Tree()
    root = tree.add("中共样例市委员会", OrgType.COMMITTEE, None, Level.CITY, None, flags=(OrgFlag.FISCAL,))
    _organization_department(tree, "样例市", Level.CITY, root)
    counties = max(2, round(branches**0.5 / 4.3))
    in_counties = round(branches * _COUNTY_SHARE)
    _city_units(tree, root, branches - in_counties - 1)
    for i in range(counties):
        size = in_counties * (i + 1) // counties - in_counties * i // counties
        stem = _STEMS[i] if counties <= len(_STEMS) else f"样{i + 1:03d}"
        _county(tree, root, f"{stem}县", size)
    _name_systems(tree, root)
    return tree


def _name_systems(tree: Tree, root: int) -> None:
    """Flag the first agency committees as those of systems; the city adopts the document if it has enough of them."""
    committees = [no for no, type_ in enumerate(tree.type) if type_ == OrgType.AGENCY_COMMITTEE]
    for no in committees[:_SYSTEMS]:
        tree.flags[no].append(OrgFlag.SYSTEM_COMMITTEE.value)
    tree.adopts[root] = list(_AGENCY_DOCUMENTS if len(committees) >= _SYSTEMS else _AGENCY_DOCUMENTS[:3])


def _organization_department(tree: Tree, place: str, level: Level, parent: int) -> None:
    no = tree.add(f"中共{place}委组织部", OrgType.ORGANIZATION_DEPARTMENT, Sector.AGENCY, level, parent,
                  short=f"{place}委组织部")
    if level is Level.CITY:
        tree.branch(f"{place}委组织部机关", Sector.AGENCY, no, flags=(OrgFlag.STANDING_COMMITTEE, OrgFlag.MODEL_BRANCH))
    else:
        tree.branch(f"{place}委组织部机关", Sector.AGENCY, no, adopts=(*_AGENCY_DOCUMENTS, "county-longterm"))


def _city_units(tree: Tree, root: int, total: int) -> None:
    """Agencies and institutions, firms, schools and new organisations that belong to the city itself."""
    n_school, n_firm, n_new = (max(3, round(total * share)) for share in (0.10, 0.26, 0.26))
    work = tree.add("中共样例市直属机关工作委员会", OrgType.WORK_COMMITTEE, Sector.AGENCY, Level.CITY, root,
                    short="样例市直机关工委", flags=(OrgFlag.DIRECT,))
    _departments(tree, work, "样例市", Level.CITY, total - n_school - n_firm - n_new)
    _group(tree, root, "样例市示例公司", Sector.STATE_FIRM, n_firm, 9)
    education = tree.add("中共样例市委教育工作委员会", OrgType.WORK_COMMITTEE, Sector.SCHOOL, Level.CITY, root,
                         short="样例市委教育工委", flags=(OrgFlag.DIRECT,))
    _group(tree, education, "样例市示例学校", Sector.SCHOOL, n_school, 5)
    new = tree.add("中共样例市委两新组织工作委员会", OrgType.WORK_COMMITTEE, Sector.NEW_ORGANIZATION, Level.CITY, root,
                   short="样例市委两新工委", flags=(OrgFlag.DIRECT,))
    _group(tree, new, "样例市示例商会", Sector.NEW_ORGANIZATION, n_new, 6)


def _group(tree: Tree, parent: int, place: str, sector: Sector, total: int, size: int) -> None:
    """Units of ``size`` branches: a committee (firms under the city: 市直属) with general branches below it."""
    for unit, first in enumerate(range(0, total, size), start=1):
        n = min(size, total - first)
        here = f"{place}{unit:02d}"
        if n >= 4:
            flags = (OrgFlag.DIRECT,) if sector is Sector.STATE_FIRM else ()
            top = tree.add(f"中共{here}委员会", OrgType.COMMITTEE, sector, Level.GRASSROOTS, parent, flags=flags)
        else:
            top = tree.add(f"{here}党总支", OrgType.GENERAL_BRANCH, sector, Level.GRASSROOTS, parent)
        holder = top
        for i in range(n):
            if n >= 5 and i % 3 == 0 and i + 2 < n:
                holder = tree.add(f"{here}第{i // 3 + 1}党总支", OrgType.GENERAL_BRANCH, sector, Level.GRASSROOTS, top)
            tree.branch(f"{here}第{i + 1}", sector, holder)


def _departments(tree: Tree, parent: int, place: str, level: Level, total: int) -> None:
    """Departments: a leading group (党组), in larger ones an agency committee or a general branch below it."""
    unit, left = 0, total
    while left > 0:
        n = min(left, _DEPARTMENT_SIZES[unit % len(_DEPARTMENT_SIZES)])
        left -= n
        unit += 1
        here = f"{place}示例局{unit:02d}"
        sector = Sector.INSTITUTION if unit % 5 == 3 else Sector.AGENCY
        group = tree.add(f"中共{here}党组", OrgType.LEADING_GROUP, sector, level, parent, short=f"{here}党组",
                         adopts=_AGENCY_DOCUMENTS if level is Level.CITY and unit <= 2 else ())
        holder = top = group
        if n == 3:
            holder = top = tree.add(f"{here}机关党总支", OrgType.GENERAL_BRANCH, sector, Level.GRASSROOTS, group)
        elif n >= 2:
            holder = top = tree.add(f"中共{here}机关委员会", OrgType.AGENCY_COMMITTEE, sector, Level.GRASSROOTS, group,
                                    short=f"{here}机关党委")
            if sector is Sector.AGENCY:
                tree.add(f"中共{here}机关纪律检查委员会", OrgType.DISCIPLINE_COMMITTEE, sector, Level.GRASSROOTS, top,
                         short=f"{here}机关纪委")
        for i in range(n):
            if n >= 5 and i == 2:
                holder = tree.add(f"{here}下属单位党总支", OrgType.GENERAL_BRANCH, Sector.INSTITUTION,
                                  Level.GRASSROOTS, top)
            tree.branch(f"{here}第{i + 1}", Sector.INSTITUTION if holder != top else sector, holder)


def _county(tree: Tree, root: int, place: str, total: int) -> None:
    county = tree.add(f"中共{place}委员会", OrgType.COMMITTEE, None, Level.COUNTY, root, flags=(OrgFlag.FISCAL,))
    _organization_department(tree, place, Level.COUNTY, county)
    work = tree.add(f"中共{place}直属机关工作委员会", OrgType.WORK_COMMITTEE, Sector.AGENCY, Level.COUNTY, county,
                    short=f"{place}直机关工委")
    _departments(tree, work, place, Level.COUNTY, max(2, round(total * 0.20)))
    _group(tree, county, f"{place}示例学校", Sector.SCHOOL, max(1, round(total * 0.05)), 3)
    left = total - 1 - max(2, round(total * 0.20)) - max(1, round(total * 0.05))
    townships = max(2, round(left / 9))
    for i in range(townships):
        _township(tree, county, place, i, left * (i + 1) // townships - left * i // townships)


def _township(tree: Tree, county: int, place: str, index: int, total: int) -> None:
    """A township (镇, 党委) with villages, or every fourth one a street (街道, 工委) with communities."""
    street = index % 4 == 3
    sector = Sector.COMMUNITY if street else Sector.RURAL
    here = f"{place}示例{'街道' if street else '镇'}{index + 1:02d}"
    kind = OrgType.WORK_COMMITTEE if street else OrgType.COMMITTEE
    title = f"中共{here}{'工作' if street else ''}委员会"
    flags = (OrgFlag.FISCAL,) if index % 2 == 0 and not street else ()
    top = tree.add(title, kind, sector, Level.TOWNSHIP, county, short=f"{here}党{'工' if street else ''}委", flags=flags)
    part = "社区" if street else "村"
    for i in range(total):
        where = f"{here}样本{part}{i + 1:02d}"
        # Of thirteen villages in a row one is lagging; a large village has a general branch.
        lagging = (OrgFlag.LAGGING,) if not street and (index * 5 + i) % 13 == 2 else ()
        holder = top
        if i % 8 == 6:
            holder = tree.add(f"{where}党总支", OrgType.GENERAL_BRANCH, sector, Level.GRASSROOTS, top)
        tree.branch(where + ("第一" if i % 8 == 6 else ""), sector, holder, flags=lagging)
