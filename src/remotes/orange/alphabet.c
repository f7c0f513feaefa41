/* SPDX-License-Identifier: MIT */
/* The letters that names begin with, from the character data of Unicode. */
#include "remotes/orange/alphabet.h"

#include <string.h>

#define LAST_ASSIGNED 0x323af /* CJK extension H ends here */

static const char basic_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789'’";

/* What stands for an apostrophe, or for a letter of the same sound, at the beginning of names. */
static const char owed_apostrophes[] = "‘ʼʻʿʾ`´";

/*
 * What names begin with in small scripts, some letters of each: one that finds somebody has all
 * letters of its script asked in the same cycle. The vowel signs of Thai and Lao stand before the
 * consonant.
 */
static const char frequent_initials[] = "रसशमअपরমসআশமசகரஅరసవకสชวพนกปอเપરમಮರಸഅരസ"
					"ਸਗਹସପසපනකမအသសចមສບວአመተさまあゆアマサジབཚއމᠪܡⵎⵢ";

/*
 * First characters of the most frequent family and given names, before the long lists by code
 * point: Chinese (both forms), Korean, Japanese, then the next frequent ones.
 */
static const char frequent_letters[] =
	"王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐"
	"김이박최정강조윤장임한오서신권황안송류전홍"
	"佐鈴高田渡伊山中小加吉松井木清斎藤岡池橋"
	"冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪"
	"고문양손배백허유남심노하곽성차주우구민진지나엄채원천방공현함변염여추도소"
	"任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎"
	"阿石前近後長村坂青福西三和遠原岩上大今本川森平内武安久千一二五八"
	"易常乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪翟颜顏倪严嚴牛温溫芦季俞章鲁魯葛伍韦韋申尤毕畢聂聶"
	"丛焦向柳邢"
	"路岳齐齊梅莫庄莊辛管祝左涂谷祁时舒耿牟卜詹关關苗凌费費纪紀靳盛童欧歐甄项項曲成游阳陽裴席卫"
	"衛查屈鲍鮑位"
	"覃霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵閔解强強柴华華车車冉房边邊"
	"伟偉芳娜秀敏静靜丽麗磊军軍洋勇艳艷杰娟涛濤明超霞刚剛桂建志国國永玉春海红紅晓曉子美雅宗家俊"
	"嘉"
	"宇浩欣怡思佳梓雨一天淑惠雪婷佩宏振德世光正新东東"
	"野菊酒工横宮内島桜増菅市服杉水河柴桑矢浅浜熊片牧竹荒菊谷辻迫速飯黒優太健誠直裕由真理陽翔結"
	"美愛彩恵智"
	"마모기길라위표명피사석선설옥용은인제탁태형호희가동미보수승아연영예재준지창찬하혜";

static const GUnicodeScript owed_scripts[] = {
	G_UNICODE_SCRIPT_LATIN,    G_UNICODE_SCRIPT_GREEK,    G_UNICODE_SCRIPT_CYRILLIC,
	G_UNICODE_SCRIPT_ARMENIAN, G_UNICODE_SCRIPT_GEORGIAN, G_UNICODE_SCRIPT_HEBREW,
	G_UNICODE_SCRIPT_ARABIC,
};

/* Small scripts by how many people write their names in them; those not named follow, then the huge
 * ones. */
static const GUnicodeScript rest_scripts[] = {
	G_UNICODE_SCRIPT_HIRAGANA,  G_UNICODE_SCRIPT_KATAKANA, G_UNICODE_SCRIPT_DEVANAGARI,
	G_UNICODE_SCRIPT_BENGALI,   G_UNICODE_SCRIPT_TAMIL,    G_UNICODE_SCRIPT_TELUGU,
	G_UNICODE_SCRIPT_THAI,      G_UNICODE_SCRIPT_GUJARATI, G_UNICODE_SCRIPT_KANNADA,
	G_UNICODE_SCRIPT_MALAYALAM, G_UNICODE_SCRIPT_GURMUKHI, G_UNICODE_SCRIPT_ORIYA,
	G_UNICODE_SCRIPT_SINHALA,   G_UNICODE_SCRIPT_MYANMAR,  G_UNICODE_SCRIPT_KHMER,
	G_UNICODE_SCRIPT_LAO,       G_UNICODE_SCRIPT_ETHIOPIC, G_UNICODE_SCRIPT_TIBETAN,
	G_UNICODE_SCRIPT_MONGOLIAN, G_UNICODE_SCRIPT_THAANA,   G_UNICODE_SCRIPT_SYRIAC,
	G_UNICODE_SCRIPT_TIFINAGH,  G_UNICODE_SCRIPT_CHEROKEE, G_UNICODE_SCRIPT_BOPOMOFO,
};
#define RANK_UNNAMED G_N_ELEMENTS(rest_scripts)
#define RANK_HANGUL  (RANK_UNNAMED + 1)
#define RANK_HAN     (RANK_UNNAMED + 2)
#define RANK_HUGE    (RANK_UNNAMED + 3)
#define RANKS        (RANK_UNNAMED + 4)

/* Only for compatibility with older encodings: ligatures, presentation, half-width and letterlike
 * forms. */
static const struct {
	gunichar first, last;
} compatibility_ranges[] = {
	{0x2100, 0x214f}, {0xf900, 0xfaff},   {0xfb00, 0xfdff},   {0xfe70, 0xfefc},
	{0xff00, 0xffef}, {0x1d400, 0x1d7ff}, {0x1ee00, 0x1eeff}, {0x2f800, 0x2fa1f},
};

static bool has_compatibility_form(gunichar letter)
{
	for (gsize i = 0; i < G_N_ELEMENTS(compatibility_ranges); i++) {
		if (letter >= compatibility_ranges[i].first &&
		    letter <= compatibility_ranges[i].last) {
			return true;
		}
	}
	if (letter >= 0x100 && letter <= 0x24f) { /* ĳ, ŉ, ǆ: real letters of real names */
		return false;
	}
	gunichar canonical[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	gunichar compatible[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	const gsize m =
		g_unichar_fully_decompose(letter, TRUE, compatible, G_N_ELEMENTS(compatible));
	if (m == 1 && compatible[0] == letter) { /* most: neither form has parts */
		return false;
	}
	const gsize n =
		g_unichar_fully_decompose(letter, FALSE, canonical, G_N_ELEMENTS(canonical));
	return n != m || memcmp(canonical, compatible, n * sizeof(*canonical)) != 0;
}

static bool is_owed_script(GUnicodeScript script)
{
	for (gsize i = 0; i < G_N_ELEMENTS(owed_scripts); i++) {
		if (owed_scripts[i] == script) {
			return true;
		}
	}
	return false;
}

/* U+0660 … belong to the script "common". */
static bool is_arabic_digit(gunichar letter)
{
	return (letter >= 0x660 && letter <= 0x669) || (letter >= 0x6f0 && letter <= 0x6f9);
}

static gsize rank_of(GUnicodeScript script)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rest_scripts); i++) {
		if (rest_scripts[i] == script) {
			return i;
		}
	}
	switch (script) {
	case G_UNICODE_SCRIPT_HANGUL:
		return RANK_HANGUL;
	case G_UNICODE_SCRIPT_HAN:
		return RANK_HAN;
	case G_UNICODE_SCRIPT_YI:
	case G_UNICODE_SCRIPT_TANGUT:
	case G_UNICODE_SCRIPT_NUSHU:
	case G_UNICODE_SCRIPT_KHITAN_SMALL_SCRIPT:
	case G_UNICODE_SCRIPT_EGYPTIAN_HIEROGLYPHS:
	case G_UNICODE_SCRIPT_ANATOLIAN_HIEROGLYPHS:
	case G_UNICODE_SCRIPT_CUNEIFORM:
	case G_UNICODE_SCRIPT_BAMUM:
	case G_UNICODE_SCRIPT_SIGNWRITING:
		return RANK_HUGE;
	default:
		return RANK_UNNAMED;
	}
}

bool script_is_small(GUnicodeScript script)
{
	return script != G_UNICODE_SCRIPT_COMMON && script != G_UNICODE_SCRIPT_INHERITED &&
	       script != G_UNICODE_SCRIPT_UNKNOWN && !is_owed_script(script) &&
	       rank_of(script) < RANK_HANGUL;
}

enum letter_class letter_class(gunichar letter)
{
	if (letter < 0x80) {
		return LETTER_ASCII;
	}
	switch (g_unichar_get_script(letter)) {
	case G_UNICODE_SCRIPT_LATIN:
		return LETTER_LATIN;
	case G_UNICODE_SCRIPT_GREEK:
		return LETTER_GREEK;
	case G_UNICODE_SCRIPT_CYRILLIC:
		return LETTER_CYRILLIC;
	default:
		return LETTER_OTHER;
	}
}

gunichar letter_lower(gunichar letter)
{
	if (letter < 0x80) {
		return (gunichar)g_ascii_tolower((char)letter);
	}
	const gunichar lower = g_unichar_tolower(letter);
	/* İ, ẞ, K: one way only, so that a server may well keep them apart. */
	return g_unichar_toupper(lower) == letter ? lower : letter;
}

gunichar letter_base(gunichar letter)
{
	if (letter < 0xc0 || g_unichar_get_script(letter) == G_UNICODE_SCRIPT_HANGUL) {
		return letter;
	}
	gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	const gsize count = g_unichar_fully_decompose(letter, FALSE, parts, G_N_ELEMENTS(parts));
	return count > 1 && g_unichar_ismark(parts[1]) ? parts[0] : letter;
}

gunichar letter_bare(gunichar letter)
{
	return letter_lower(letter_base(letter));
}

gunichar letter_accented(gunichar base)
{
	static const gunichar marks[] = {0x301, 0x308, 0x30c, 0x307, 0x303, 0x327};
	for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
		gunichar composed = 0;
		if (g_unichar_compose(base, marks[i], &composed)) {
			return composed;
		}
	}
	return 0;
}

bool letter_is_searchable(gunichar letter)
{
	return letter != '*' && letter != '"' && !g_unichar_iscntrl(letter);
}

bool letter_is_owed(gunichar letter)
{
	return is_arabic_digit(letter) ||
	       (g_unichar_isalpha(letter) && is_owed_script(g_unichar_get_script(letter)) &&
	        !has_compatibility_form(letter));
}

static void append_text(GArray *letters, const char *text)
{
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		const gunichar letter = g_utf8_get_char(p);
		g_array_append_val(letters, letter);
	}
}

/* Small and plain ones first: what they prove about the server spares the others. */
static unsigned owed_pass(gunichar letter)
{
	if (letter_lower(letter) != letter) {
		return 2;
	}
	return letter_base(letter) != letter ? 1 : 0;
}

struct builder {
	GArray *owed[3];
	GArray *rest[RANKS];
	GUnicodeScript script; /* of the letter before: they come in runs */
	gsize rank;            /* of the same */
};

/* Most of all letters, known without asking further: unified ideographs decompose into nothing,
 * Hangul syllables only canonically. */
static const struct {
	gunichar first, last;
	gsize rank;
} uniform_ranges[] = {
	{0x3400, 0x4dbf, RANK_HAN},         {0x4e00, 0x9fff, RANK_HAN},
	{0xac00, 0xd7a3, RANK_HANGUL},      {0x20000, 0x2f7ff, RANK_HAN},
	{0x30000, LAST_ASSIGNED, RANK_HAN},
};

static void append_range(GArray *letters, gunichar first, gunichar last)
{
	guint count = letters->len;
	g_array_set_size(letters, count + (last - first + 1));
	for (gunichar letter = first; letter <= last; letter++) {
		g_array_index(letters, gunichar, count) = letter;
		count += g_unichar_isalpha(letter) ? 1 : 0;
	}
	g_array_set_size(letters, count);
}

static void builder_put(struct builder *self, gunichar letter)
{
	const bool is_letter = g_unichar_isalpha(letter);
	if ((!is_letter && !g_unichar_isdigit(letter)) || has_compatibility_form(letter)) {
		return;
	}
	const GUnicodeScript script = g_unichar_get_script(letter);
	const bool is_owed = (is_letter && is_owed_script(script)) || is_arabic_digit(letter);
	if (script != self->script) {
		self->script = script;
		self->rank = rank_of(script);
	}
	GArray *to = is_owed ? self->owed[owed_pass(letter)] : self->rest[self->rank];
	g_array_append_val(to, letter);
}

static void builder_fill(struct builder *self)
{
	gunichar letter = 0x41;
	for (gsize i = 0; i < G_N_ELEMENTS(uniform_ranges); i++) {
		for (; letter < uniform_ranges[i].first; letter++) {
			builder_put(self, letter);
		}
		letter = uniform_ranges[i].last + 1;
		append_range(self->rest[uniform_ranges[i].rank], uniform_ranges[i].first,
		             uniform_ranges[i].last);
	}
}

/* seen: one byte per code point up to LAST_ASSIGNED. */
static void append_new(GArray *letters, const GArray *more, guint8 *seen)
{
	guint count = letters->len;
	g_array_set_size(letters, count + more->len);
	for (guint i = 0; i < more->len; i++) {
		const gunichar letter = g_array_index(more, gunichar, i);
		g_array_index(letters, gunichar, count) = letter;
		count += seen[letter] == 0;
		seen[letter] = 1;
	}
	g_array_set_size(letters, count);
}

static GArray *letters_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(gunichar));
}

struct alphabet *alphabet_new(void)
{
	struct alphabet *self = g_new0(struct alphabet, 1);
	self->basic = letters_new();
	self->owed = letters_new();
	self->rest = letters_new();
	struct builder builder = {.script = G_UNICODE_SCRIPT_INVALID_CODE};
	for (gsize i = 0; i < G_N_ELEMENTS(builder.owed); i++) {
		builder.owed[i] = letters_new();
	}
	for (gsize i = 0; i < RANKS; i++) {
		builder.rest[i] = letters_new();
	}
	builder_fill(&builder);
	g_autofree guint8 *seen = g_new0(guint8, LAST_ASSIGNED + 1);
	g_autoptr(GArray) first = letters_new();
	append_text(first, basic_letters);
	append_new(self->basic, first, seen);
	g_array_set_size(first, 0);
	append_text(first, owed_apostrophes);
	append_new(self->owed, first, seen);
	for (gsize i = 0; i < G_N_ELEMENTS(builder.owed); i++) {
		append_new(self->owed, builder.owed[i], seen);
		g_array_unref(builder.owed[i]);
	}
	g_array_set_size(first, 0);
	append_text(first, frequent_initials);
	append_text(first, frequent_letters);
	append_new(self->rest, first, seen);
	for (gsize i = 0; i < RANKS; i++) {
		append_new(self->rest, builder.rest[i], seen);
		g_array_unref(builder.rest[i]);
	}
	return self;
}

void alphabet_free(struct alphabet *self)
{
	if (self == NULL) {
		return;
	}
	g_array_unref(self->basic);
	g_array_unref(self->owed);
	g_array_unref(self->rest);
	g_free(self);
}
