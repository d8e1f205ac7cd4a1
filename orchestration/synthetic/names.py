"""Names, places, phone ranges and other words of the simulated people, by market.

Only lists; the drawing is done in `people.py` and `profiles.py`. All are common names
in free combination. Phone numbers come from ranges that the regulators keep for
fiction (Bundesnetzagentur, ARCEP, Ofcom, NANPA 555-01xx); China and Japan have none, so
there a block of zeros marks the number as made up. Who finds the range used up has
no phone.
"""

from dataclasses import dataclass

Name = tuple[str, str]  # as the person writes it, in plain Latin letters


def _plain(*names: str) -> tuple[Name, ...]:
    """Return the names with their spelling without accents after `/`, if any."""
    pairs = (name.partition("/") for name in names)
    return tuple((written, latin or written) for written, _, latin in pairs)


@dataclass(frozen=True)
class Place:
    """A city with its region and the begin of its postcodes; `#` is a digit."""

    region: str
    city: str
    postcode: str


@dataclass(frozen=True)
class Locale:
    """What the profiles of one market are made of."""

    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families: tuple[Name, ...]
    places: tuple[Place, ...]
    languages: tuple[str, ...]  # the first one is the usual one
    phone_blocks: tuple[str, ...]  # `#` is a digit of the running number
    country_calling_code: str
    family_name_first: bool = False


GERMANY = Locale(
    women=_plain(
        *("Anna", "Jördis/Joerdis", "Käthe/Kaethe", "Lena", "Mia", "Sophie"),
        *("Jana", "Ursula", "Heike", "Zoë/Zoe", "Katrin", "Birgit", "Marlene", "Ida"),
    ),
    men=_plain(
        *("Jürgen/Juergen", "Björn/Bjoern", "Lukas", "Felix", "Jonas", "Paul", "Max"),
        *("Uwe", "Günther/Guenther", "Stefan", "Tobias", "Karl", "Emil", "Matthias"),
    ),
    families=_plain(
        *("Müller/Mueller", "Schmidt", "Schneider", "Fischer", "Weber", "Wagner"),
        *("Becker", "Schäfer/Schaefer", "Koch", "Bauer", "Groß/Gross", "Wolf"),
        *("Schröder/Schroeder", "Neumann", "Krüger/Krueger", "Hofmann", "Lange"),
        *("Böhm/Boehm", "Voß/Voss", "Jung", "Hahn", "Vogel", "Keller", "Frank"),
    ),
    places=(
        Place("Berlin", "Berlin", "10###"),
        Place("Hamburg", "Hamburg", "20###"),
        Place("Bayern", "München", "80###"),
        Place("Nordrhein-Westfalen", "Köln", "50###"),
        Place("Sachsen", "Leipzig", "04###"),
    ),
    languages=("de-DE", "en-GB", "tr-TR"),
    phone_blocks=("3023125###", "4066969###", "2214710###", "8999998###", "6990009###"),
    country_calling_code="49",
)
FRANCE = Locale(
    women=_plain(
        *("Camille", "Chloé/Chloe", "Léa/Lea", "Manon", "Inès/Ines", "Zélie/Zelie"),
        *("Jeanne", "Françoise/Francoise", "Hélène/Helene", "Margaux", "Louise"),
    ),
    men=_plain(
        *("Jean-Luc", "François/Francois", "Rémi/Remi", "Hugo", "Louis", "Théo/Theo"),
        *("Jérôme/Jerome", "Antoine", "Étienne/Etienne", "Gaël/Gael", "Mathis"),
    ),
    families=_plain(
        *("Martin", "Bernard", "Lefèvre/Lefevre", "Dubois", "Moreau", "Laurent"),
        *("Lemoine", "d'Aubigné/d'Aubigne", "Girard", "Bonnet", "Dupont", "Roux"),
        *("Gauthier", "Muller", "Fournier", "Béranger/Beranger", "Chevalier", "Petit"),
    ),
    places=(
        Place("Île-de-France", "Paris", "750##"),
        Place("Auvergne-Rhône-Alpes", "Lyon", "690##"),
        Place("Provence-Alpes-Côte d'Azur", "Marseille", "130##"),
        Place("Nouvelle-Aquitaine", "Bordeaux", "330##"),
    ),
    languages=("fr-FR", "en-GB"),
    phone_blocks=("19900####", "26191####", "35301####", "46571####", "63998####"),
    country_calling_code="33",
)
BRITAIN = Locale(
    women=_plain(
        *("Olivia", "Amelia", "Isla", "Siân/Sian", "Grace", "Freya", "Zoë/Zoe"),
        *("Charlotte", "Emily", "Aisha", "Niamh", "Poppy", "Margaret"),
    ),
    men=_plain(
        *("George", "Harry", "Noah", "Arthur", "Muhammad", "Oliver", "Rhys", "Callum"),
        *("Graham", "Alfie", "Leo", "Seán/Sean", "Edward"),
    ),
    families=_plain(
        *("Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "O'Connor"),
        *("Davies", "Patel", "Wright", "Walker", "White", "Hughes", "Green", "Khan"),
        *("Clarke", "Lloyd-Jones", "Thompson", "Evans", "Wood"),
    ),
    places=(
        Place("Greater London", "London", "SW1A #AA"),
        Place("Greater Manchester", "Manchester", "M# #AE"),
        Place("Scotland", "Edinburgh", "EH# #YZ"),
        Place("Wales", "Cardiff", "CF1# #AB"),
    ),
    languages=("en-GB", "cy-GB"),
    phone_blocks=("7700900###", "2079460###", "1134960###", "1214960###", "1314960###"),
    country_calling_code="44",
)
UNITED_STATES = Locale(
    women=_plain(
        *("Emma", "Ava", "Sofía/Sofia", "Mia", "Harper", "Evelyn", "Abigail", "Luz"),
        *("Madison", "Destiny", "Chloe", "Grace", "Renée/Renee"),
    ),
    men=_plain(
        *("Liam", "James", "José/Jose", "William", "Lucas", "Mason", "Ethan", "Logan"),
        *("Jacob", "Tyrone", "Andrés/Andres", "Wyatt", "Henry"),
    ),
    families=_plain(
        *("Johnson", "Garcia", "Miller", "Martinez", "Hernández/Hernandez", "Lopez"),
        *("Anderson", "Thomas", "Moore", "Jackson", "Lee", "Nguyen", "Robinson"),
        *("Young", "Núñez/Nunez", "Hill", "Campbell", "Rivera", "O'Brien", "Baker"),
    ),
    places=(
        Place("New York", "New York", "100##"),
        Place("Massachusetts", "Boston", "021##"),
        Place("Florida", "Miami", "331##"),
        Place("Pennsylvania", "Philadelphia", "191##"),
    ),
    languages=("en-US", "es-US"),
    phone_blocks=tuple(
        f"{area}55501##"
        for area in (
            *(201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216),
            *(217, 218, 219, 224, 225, 228, 229, 231, 234, 239, 240, 248, 251, 252),
        )
    ),
    country_calling_code="1",
)
CHINA = Locale(
    women=(
        *(("芳", "Fang"), ("娜", "Na"), ("秀英", "Xiuying"), ("敏", "Min")),
        *(("静", "Jing"), ("丽", "Li"), ("艳", "Yan"), ("小红", "Xiaohong")),
        *(("桂英", "Guiying"), ("雪梅", "Xuemei"), ("婷婷", "Tingting")),
    ),
    men=(
        *(("伟", "Wei"), ("强", "Qiang"), ("磊", "Lei"), ("军", "Jun"), ("勇", "Yong")),
        *(("杰", "Jie"), ("涛", "Tao"), ("建国", "Jianguo"), ("志强", "Zhiqiang")),
        *(("浩然", "Haoran"), ("子轩", "Zixuan")),
    ),
    families=(
        *(("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen")),
        *(
            ("杨", "Yang"),
            ("赵", "Zhao"),
            ("黄", "Huang"),
            ("周", "Zhou"),
            ("吴", "Wu"),
        ),
        *(("徐", "Xu"), ("孙", "Sun"), ("吕", "Lü"), ("欧阳", "Ouyang"), ("马", "Ma")),
    ),
    places=(
        Place("上海", "上海", "2000##"),
        Place("北京", "北京", "1000##"),
        Place("广东", "深圳", "5180##"),
        Place("浙江", "杭州", "3100##"),
    ),
    languages=("zh-CN", "zh-Hans-CN"),
    phone_blocks=tuple(f"1{prefix}0000####" for prefix in (30, 36, 39, 58, 86, 99)),
    country_calling_code="86",
    family_name_first=True,
)
JAPAN = Locale(
    women=(
        *(("花子", "Hanako"), ("陽菜", "Hina"), ("結衣", "Yui"), ("さくら", "Sakura")),
        *(("美咲", "Misaki"), ("葵", "Aoi"), ("凛", "Rin"), ("七海", "Nanami")),
    ),
    men=(
        *(("太郎", "Taro"), ("蓮", "Ren"), ("大翔", "Hiroto"), ("健太", "Kenta")),
        *(("翔太", "Shota"), ("悠真", "Yuma"), ("直樹", "Naoki"), ("一郎", "Ichiro")),
    ),
    families=(
        *(
            ("佐藤", "Sato"),
            ("鈴木", "Suzuki"),
            ("高橋", "Takahashi"),
            ("田中", "Tanaka"),
        ),
        *(
            ("伊藤", "Ito"),
            ("渡辺", "Watanabe"),
            ("山本", "Yamamoto"),
            ("斎藤", "Saito"),
        ),
        *(("中村", "Nakamura"), ("小林", "Kobayashi"), ("加藤", "Kato")),
    ),
    places=(
        Place("東京都", "東京", "100-00##"),
        Place("大阪府", "大阪", "530-00##"),
        Place("北海道", "札幌", "060-00##"),
    ),
    languages=("ja-JP", "en-US"),
    phone_blocks=("700000####", "800000####", "900000####"),
    country_calling_code="81",
    family_name_first=True,
)
LOCALES = (GERMANY, FRANCE, BRITAIN, UNITED_STATES, CHINA, JAPAN)  # as in MARKETS

MAIL_DOMAINS = ("example.com", "example.org", "example.net")
ROLE_MAILBOXES = ("info@example.com", "office@example.org", "sales@example.net")
OCCUPATIONS = (
    *("teacher", "nurse", "engineer", "student", "retired", "self-employed"),
    *("civil servant", "sales assistant", "physician", "software developer"),
    *("chef", "electrician", "lawyer", "artist", "office clerk"),
)
