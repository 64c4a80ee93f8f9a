package genevents

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// country is how people of a country write their phones: its ISO code, the code to call it from abroad, what stands before a
// number at home, and the numbers themselves, # for any digit.
type country struct{ iso, code, trunk, number string }

// country returns a country, and a number in it.
func (r *RealEvents) country() country {
	all := [...]country{
		{"US", "1", "1", "415 555 01##"}, {"CA", "1", "1", "604 555 01##"}, {"GB", "44", "0", "7700 900 ###"},
		{"IN", "91", "0", "98765 #####"},
		{"DE", "49", "0", "1512 345 ####"}, {"FR", "33", "0", "6 12 34 ## ##"}, {"ES", "34", "",
			"612 34 ## ##"}, {"IT", "39", "", "02 3456 ####"},
		{"NL", "31", "0", "6 1234 ####"}, {"SE", "46", "0", "70 174 06 ##"}, {"CH", "41", "0",
			"78 123 ## ##"}, {"PL", "48", "", "512 345 ###"},
		{"RU", "7", "8", "912 345 ## ##"}, {"TR", "90", "0", "532 123 ## ##"}, {"AE", "971", "0",
			"50 123 ####"}, {"SA", "966", "0", "51 234 ####"},
		{"EG", "20", "0", "100 123 ####"}, {"NG", "234", "0", "803 123 ####"}, {"ZA", "27", "0",
			"71 123 ####"}, {"KE", "254", "0", "712 345 ###"},
		{"ID", "62", "0", "812 3456 ####"}, {"SG", "65", "", "8123 ####"}, {"PH", "63", "0", "917 123 ####"},
		{"TH", "66", "0", "81 234 ####"},
		{"VN", "84", "0", "912 345 ###"}, {"JP", "81", "0", "90 1234 ####"}, {"KR", "82", "0",
			"10 1234 ####"}, {"CN", "86", "", "138 1234 ####"},
		{"AU", "61", "0", "491 570 ###"}, {"BR", "55", "0", "11 96123 ####"}, {"MX", "52", "",
			"55 1234 ####"}, {"AR", "54", "0", "11 2345 ####"},
	}
	c := all[r.rand.IntN(len(all))]
	for strings.Contains(c.number, "#") {
		c.number = strings.Replace(c.number, "#", r.digits(1), 1)
	}
	return c
}

// plain is a number without blanks.
func (c country) plain() string { return strings.ReplaceAll(c.number, " ", "") }

// international is a number as it is dialled from anywhere.
func (c country) international() string { return "+" + c.code + c.plain() }

// scripts are the digits of some scripts, from 0.
func scripts() []string {
	return []string{"٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９",
		"༠༡༢༣༤༥༦༧༨༩"}
}

// inScript writes digits in another script.
func (r *RealEvents) inScript(text string) string {
	digits := []rune(r.pick(scripts()...))
	return strings.Map(func(char rune) rune {
		if char >= '0' && char <= '9' {
			return digits[char-'0']
		}
		return char
	}, text)
}

// phone returns a phone in any spelling, as JSON, and the country that it is of.
func (r *RealEvents) phone() (value, iso string) {
	c := r.country()
	abroad, home := c.international(), c.trunk+c.plain()
	dashed, dotted := strings.ReplaceAll(c.number, " ", "-"), strings.ReplaceAll(c.number, " ", ".")
	area, rest, _ := strings.Cut(c.number, " ")
	if r.odds(3) {
		return r.oddPhone(abroad, home), c.iso
	}
	return quote(r.pick(
		abroad, "+"+c.code+" "+c.number, "+"+c.code+"-"+dashed, "+"+c.code+"."+dotted,
		"+"+c.code+" ("+area+") "+rest, "+"+c.code+" (0) "+c.number, "00"+c.code+c.plain(),
		"00 "+c.code+" "+c.number, "011"+c.code+c.plain(),
		c.code+c.plain(), c.code+" "+c.number,
		home, c.plain(), c.number, c.trunk+c.number, c.trunk+dashed, dashed, dotted,
		"("+c.trunk+area+") "+rest, c.trunk+area+"/"+rest, " "+abroad,
		abroad+" ", "\t"+abroad+"\n", "+ "+c.code+" "+c.number, "(+"+c.code+")"+c.plain(),
		"+("+c.code+") "+c.number, r.inScript(abroad), "＋"+r.inScript(c.code+c.plain()), r.inScript(home),
		"+"+c.code+"\u00a0"+c.number, "\u202a"+abroad+"\u202c",
		"+"+c.code+"–"+strings.ReplaceAll(c.number, " ", "\u2011"), "tel:"+abroad, "whatsapp:"+abroad,
		"Tel. "+home, "+"+c.code+home,
	)), c.iso
}

// oddPhone returns what stands in a phone's place, as JSON.
func (r *RealEvents) oddPhone(abroad, home string) string {
	return r.pick(
		abroad[1:], strconv.FormatInt(int64(len(home)), 10), strings.TrimLeft(home, "0"), abroad[1:]+".0",
		abroad[1:2]+"."+abroad[2:]+"e"+strconv.Itoa(len(abroad)-2), "-"+abroad[1:], quote("'"+abroad),
		quote("+"+abroad), quote(abroad+" x12"), quote(abroad+";ext=12"), quote(abroad+" / "+home),
		quote(abroad+","+abroad), quote(abroad[:5]), quote(abroad[:4]+"*****"+abroad[len(abroad)-2:]),
		quote(abroad+r.digits(8)), quote("+"+r.digits(3)), quote("+0"+home), `"9.18E+11"`, `"1-800-FLOWERS"`,
		`"XXXXXXXXXX"`, `"n/a"`, `"-"`, `"+"`, `"unknown"`, `"0"`, `"0000000000"`, `"+1234567890"`, `"123"`,
		`""`, `" "`, `null`, `0`, `true`, `[]`, `{}`, list(quote(abroad)), list(quote(abroad), quote(home)),
		obj("number", quote(home), "country", `"IN"`).json(), `1e400`,
	)
}

// email returns a valid address.
func (r *RealEvents) email() string {
	local := r.pick("asha", "john.smith", "zoe_m", "o'neil", "a+tag", "x-y", "n.eze") + r.digits(2)
	return local + "@" + r.pick("example.com", "mail.example.co.uk", "example.in")
}

// oddEmail returns an address in any spelling, or what stands in its place, as JSON.
func (r *RealEvents) oddEmail() string {
	good := r.email()
	local, domain, _ := strings.Cut(good, "@")
	if r.odds(4) {
		return r.pick(list(quote(good)), list(quote(good), quote(r.email())), list(), list(`"nobody"`,
			quote(good)), obj("value", quote(good)).json(), `5`, `true`, `null`, `""`, `" "`, `{}`, `0`,
			`false`)
	}
	return quote(r.pick(
		strings.ToUpper(good), " "+good, good+" ", good+"\n", "\u00a0"+good, "\u200b"+good, "Ada <"+good+">",
		"<"+good+">", `"Ada" <`+good+">", "mailto:"+good,
		good+", "+r.email(), good+";"+r.email(), good+" "+r.email(), local, local+"@", "@"+domain,
		local+"@localhost", local+"@@"+domain,
		local+" @ "+domain, local+"@"+domain+".", local+"@."+domain, local+"@exa mple.com",
		local+"@example..com", "."+local+"@"+domain, local+".."+local+"@"+domain,
		local+"[at]"+domain, local+" at "+domain, strings.ReplaceAll(good, "@", "＠"),
		"ада"+r.digits(1)+"@пример.рф", "jörg@müller.example", local+"@192.0.2.1",
		local+"@[192.0.2.1]", `"a b"@`+domain, "n/a", "none", "null", "undefined", "test", "-", "$$$$$",
		r.digits(4), "a@b.c", "deleted-"+r.digits(5), good+",", "’"+good+"’",
		strings.Repeat("a", 70)+"@"+domain, strings.Repeat("long.", 110)+"@"+domain,
		local+"@"+domain+"?subject=x", local+"(home)@"+domain, local+"%40"+domain,
	))
}

// birthday returns a date of birth in any spelling, as JSON.
func (r *RealEvents) birthday() string {
	t := time.Date(r.between(1925, 2012), time.Month(r.between(1, 12)), r.between(1, 28), r.rand.IntN(24),
		r.rand.IntN(60), 0, 0, time.UTC)
	if r.odds(3) {
		return r.numericDate(t)
	}
	if r.odds(4) {
		return r.oddDate(t)
	}
	layout := r.pick(time.DateOnly, time.RFC3339, "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05",
		"2006-01-02 15:04:05", "2006-01-02 15:04:05 UTC", "2006-01-02T15:04", "2006-01-02T00:00:00+05:30",
		"2006-01-02 00:00:00 +0530", "2006/01/02", "2006.01.02", "02/01/2006", "01/02/2006", "2/1/2006",
		"1/2/2006", "02-01-2006", "01-02-2006", "02.01.2006", "2.1.06", "02/01/06", "02 Jan 2006",
		"2 January 2006", "January 2, 2006", "Jan 2, 2006", "Jan 2 2006", "02-Jan-2006", "02/Jan/2006",
		"2. January 2006", "Monday, January 2, 2006", time.RFC1123, time.RFC1123Z, time.RFC850,
		time.UnixDate, "Mon Jan 02 2006", "20060102",
		"Mon Jan 02 2006 15:04:05 GMT+0000 (Coordinated Universal Time)", "2006-1-2", "January 2006", "2006",
		"2006-01", "01/2006", "--01-02", "02 JANUARY 2006", "01/02/2006 03:04 PM", "2006年1月2日",
		"20060102T150405Z", "2006-01-02Z", "02 01 2006")
	return quote(t.Format(layout))
}

// numericDate returns a date of birth that is told by a number, as JSON.
func (r *RealEvents) numericDate(t time.Time) string {
	seconds, milliseconds := strconv.FormatInt(t.Unix(), 10), strconv.FormatInt(t.UnixMilli(), 10)
	days := strconv.Itoa(int(t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24))
	return r.pick(seconds, quote(seconds), milliseconds, quote(milliseconds), seconds+".5",
		seconds+"000000000", days, quote("$D_"+seconds), quote("$D_"+milliseconds),
		quote("$D_"+t.Format(time.DateOnly)), quote("$D_"+seconds+".5"), quote("$d_"+seconds), quote("$D_"),
		quote("/Date("+milliseconds+")/"), t.Format("20060102"), strconv.Itoa(t.Year()),
		obj("$date", quote(t.Format(time.RFC3339))).json(), obj("$date", milliseconds).json())
}

// oddDate returns a date that does not exist, that nobody can read, or what stands in its place, as JSON.
func (r *RealEvents) oddDate(t time.Time) string {
	year := strconv.Itoa(t.Year())
	return r.pick(
		quote(year+"-02-30"), quote(year+"-13-01"), quote("31/02/"+year), quote("30.02."+year),
		quote(year+"-00-00"), quote("29 Feb 1990"), quote("1900-02-29"), `"0000-00-00"`,
		`"0000-00-00 00:00:00"`, `"00/00/0000"`, `"99/99/9999"`, `"0001-01-01T00:00:00Z"`, `"1900-01-01"`,
		`"1970-01-01"`, `"2099-01-01"`, `"9999-12-31"`, quote(strconv.Itoa(t.Year()+543)+t.Format("-01-02")),
		quote(r.inScript(t.Format(time.DateOnly))), quote(" "+t.Format(time.DateOnly)+" "),
		quote(t.Format("2")+r.pick(" avril ", " abr. ", " März ", " апреля ")+year),
		quote(t.Format("2")+"th of April "+year), quote("April 2nd, "+year),
		list(year, t.Format("1"), t.Format("2")), obj("year", year, "month", t.Format("1"), "day",
			t.Format("2")).json(), quote(year+"-W05-2"), quote(year+"-123"), `"unknown"`, `"n/a"`,
		`"Invalid date"`, `"NaN-NaN-NaN"`, `""`, `" "`, `"-"`, `null`, `true`, `0`, `-1`, `"0"`, `[]`, `{}`,
		`1e400`, `99999999999999999999`, quote("P"+year+"Y"), quote(t.Format(time.DateOnly)+"T25:61:00Z"),
		quote("yesterday"), quote("32/01/"+year), quote("1990s"),
	)
}

// gender returns a gender in any spelling, as JSON.
func (r *RealEvents) gender() string {
	return r.pick(`"M"`, `"F"`, `"m"`, `"f"`, `"Male"`, `"FEMALE"`, `"male"`, `"female"`, `"Man"`, `"woman"`,
		`"MALE "`, `" f"`, `"mAlE"`, `"other"`, `"O"`, `"non-binary"`, `"männlich"`, `"femme"`, `"女"`,
		`"муж"`, `"prefer not to say"`, `"unknown"`, `"U"`, `"0"`, `"1"`, `1`, `0`, `true`, `""`, `" "`,
		`null`, `["M"]`, `{"value":"F"}`, `"m/f"`, `"-"`)
}

// yesOrNo returns a yes or no in any spelling, as JSON.
func (r *RealEvents) yesOrNo() string {
	return r.pick(`true`, `false`, `"true"`, `"false"`, `"True"`, `"FALSE"`, `"Y"`, `"N"`, `"y"`, `"n"`,
		`"yes"`, `"No"`, `"YES"`, `"nO"`, `1`, `0`, `"1"`, `"0"`, `1.0`, `-1`, `2`, `"on"`, `"off"`, `"t"`,
		`"f"`, `" Y "`, `"oui"`, `"sí"`, `"ja"`, `"maybe"`, `"unknown"`, `""`, `" "`, `null`, `[]`, `{}`,
		`[true]`, `"self-employed"`, `"single"`, `"✓"`, `"null"`)
}

// education returns an education in any spelling, as JSON.
func (r *RealEvents) education() string {
	return r.pick(`"School"`, `"College"`, `"Graduate"`, `"school"`, `"COLLEGE"`, `" graduate "`,
		`"High School"`, `"high_school"`, `"secondary"`, `"University"`, `"undergraduate"`, `"Bachelor's"`,
		`"bachelors degree"`, `"BSc"`, `"B.Tech"`, `"Master"`, `"M.Sc."`, `"MBA"`, `"PhD"`, `"doctorate"`,
		`"post-graduate"`, `"postgraduate"`, `"Diploma"`, `"GED"`, `"K-12"`, `"Science"`, `"none"`, `"Other"`,
		`"Abitur"`, `5`, `true`, `null`, `""`, `" "`, `["College"]`, `{"level":"College"}`, `"12th"`,
		`"primary school"`, `"graduated"`, `"collège"`)
}

// age returns an age in any spelling, as JSON.
func (r *RealEvents) age() string {
	years := strconv.Itoa(r.between(1, 99))
	return r.pick(years, quote(years), `0`, `150`, `151`, `999`, `-1`, `-`+years, years+".5", years+".0",
		`1.5e1`, `-0`, `1990`, `1e400`, quote(" "+years+" "), quote(years+" years"), quote(years+".5"),
		quote("-"+years), quote("+"+years), quote("0"+years), `"18-24"`, `"65+"`, `"thirty"`,
		quote(r.inScript(years)), `""`, `" "`, `"n/a"`, `"150"`, `"151"`, `null`, `true`, list(years),
		obj("years", years).json(), `123456789012345678901`)
}

// photo returns an address of a picture in any spelling, as JSON.
func (r *RealEvents) photo() string {
	good := "https://cdn.example.com/" + r.digits(5) + ".jpg"
	return r.pick(quote(good), quote("http"+good[5:]), quote("HTTPS"+good[5:]), quote(good[6:]),
		quote(good[8:]), quote("www.example.com/me.png"), quote("/img/me.png"), quote(" "+good),
		quote("data:image/png;base64,"+strings.Repeat("iVBORw0KGgo", r.between(1, 90))),
		quote("ftp://example.com/a.png"), quote(good+"?X-Amz-Signature="+strings.Repeat("a1b2c3d4",
			r.between(4, 90))), obj("url", quote(good)).json(), obj("src", quote(good), "width", "64").json(),
		obj("thumbnail", quote(good), "large", quote(good+"?l")).json(), list(quote(good)), list(quote(good),
			quote(good+"?2")), list(obj("url", quote(good)).json()), `[]`, `{}`, `""`, `" "`, `5`, `true`,
		`null`, quote("https://"),
		quote("https:///a.png"), quote("https://bücher.example/ü.png"), quote("javascript:alert(1)"),
		quote("https://example.com/my photo.png"), quote("blob:"+good), quote("https://[::1]/a.png"),
		quote("http://example.com:80:80/a"))
}

// name returns what stands where a name is expected, as JSON.
func (r *RealEvents) name() string {
	return r.pick(`5`, `3.14`, `true`, `false`, `null`, `""`, `" "`, `["Ada","Lovelace"]`,
		`{"first":"Ada","last":"Lovelace"}`, `[]`, `{}`, `1e400`, `"null"`, `"  Ada  "`, `"<b>Ada</b>"`,
		`"O'Neil & Söhne"`, `"👩‍🚀 Ada"`, `"\u0000Ada"`, `"Ada\nLovelace"`, `12345678901234567890`,
		quote(strings.Repeat("Ada ",
			200)), escape("Łukasz 🎉"), quote(r.digits(9)))
}

// subscription returns a switch in any spelling, as JSON.
func (r *RealEvents) subscription() string {
	return r.pick(`true`, `false`, `"true"`, `"false"`, `"TRUE"`, `1`, `0`, `"1"`, `"0"`, `"yes"`, `"no"`,
		`""`, `null`, `[]`, `{}`, `"subscribed"`, `"unsubscribed"`, `2`, `" true"`, `"opted_in"`,
		fmt.Sprintf(`%q`, r.stamp()))
}
