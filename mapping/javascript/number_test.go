package javascript

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAppendNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f    float64
		want string
	}{
		{0, "0"},
		{math.Copysign(0, -1), "0"},
		{1, "1"},
		{-1.5, "-1.5"},
		{100, "100"},
		{0.1, "0.1"},
		{0.000001, "0.000001"},
		{1e-7, "1e-7"},
		{1.5e-7, "1.5e-7"},
		{-1e-10, "-1e-10"},
		{1e20, "100000000000000000000"},
		{1e21, "1e+21"},
		{-1.25e21, "-1.25e+21"},
		{1e100, "1e+100"},
		{9007199254740992, "9007199254740992"},
		{12345678901234567890, "12345678901234567000"},
		{math.MaxFloat64, "1.7976931348623157e+308"},
		{math.SmallestNonzeroFloat64, "5e-324"},
		{math.NaN(), "NaN"},
		{math.Inf(1), "Infinity"},
		{math.Inf(-1), "-Infinity"},
	} {
		require.Equal(t, c.want, string(AppendNumber(nil, c.f)))
		require.Equal(t, "x"+c.want, string(AppendNumber([]byte("x"), c.f)), "appends")
	}
}

func TestAppendJSONNumberWritesNullForWhatJSONCannotHold(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		require.Equal(t, "null", string(AppendJSONNumber(nil, f)))
	}
	require.Equal(t, "0", string(AppendJSONNumber(nil, math.Copysign(0, -1))))
	require.Equal(t, "1e+21", string(AppendJSONNumber(nil, 1e21)))
}

func TestNormalizeJSONNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ literal, want string }{
		{"0", "0"},
		{"-0", "0"},
		{"-0.0", "0"},
		{"0e5", "0"},
		{"1.0", "1"},
		{"1e2", "100"},
		{"1E+2", "100"},
		{"-12.50", "-12.5"},
		{"12345678901234567890", "12345678901234567000"},
		{"9007199254740993", "9007199254740992"},
		{"999999999999999", "999999999999999"},
		{"1e21", "1e+21"},
		{"1e-7", "1e-7"},
		{"0.0000001", "1e-7"},
		{"0.000001", "0.000001"},
		{"1e400", "null"},
		{"-1e400", "null"},
		{"1e-400", "0"},
		{"0.1234567890123456789", "0.12345678901234568"},
		{"1" + fmt.Sprintf("%0400d", 0), "null"},
	} {
		require.Equal(t, c.want, string(NormalizeJSONNumber(nil, []byte(c.literal))), c.literal)
	}
}

func TestIsCanonicalNumberSparesTheCommonNumbers(t *testing.T) {
	t.Parallel()
	for _, literal := range []string{"0", "7", "-7", "1614775793", "1614775793000", "999999999999999", "19.99", "-0.5", "0.000001", "123456.789012345"} {
		require.True(t, IsCanonicalNumber([]byte(literal)), literal)
	}
	for _, literal := range []string{"", "-", "-0", "01", "1.", "1.0", ".5", "0.0", "0.0000001", "1e2", "1234567890123456", "1.234567890123456", "1a", "0x1", "+1", "1.5.5"} {
		require.False(t, IsCanonicalNumber([]byte(literal)), literal)
	}
}

func TestParseJSONNumber(t *testing.T) {
	t.Parallel()
	require.True(t, math.IsInf(ParseJSONNumber([]byte("1e400")), 1))
	require.True(t, math.IsInf(ParseJSONNumber([]byte("-1e400")), -1))
	require.True(t, math.Signbit(ParseJSONNumber([]byte("-0"))))
	require.Equal(t, 0.5, ParseJSONNumber([]byte("5e-1")))
	for _, notNumber := range []string{"", "-", "e5", "0x10", "1_000", "Infinity", "NaN", "1e", "1 "} {
		require.True(t, math.IsNaN(ParseJSONNumber([]byte(notNumber))), notNumber)
	}
}

// boundaryDoubles returns doubles at which notations, exponents or roundings change, and their neighbours.
func boundaryDoubles() []float64 {
	var doubles []float64
	around := func(f float64) {
		doubles = append(doubles, f, -f, math.Nextafter(f, math.Inf(1)), math.Nextafter(f, math.Inf(-1)))
	}
	for e := -1074; e <= 1023; e++ {
		around(math.Ldexp(1, e))
	}
	for e := -323; e <= 308; e++ {
		f, err := strconv.ParseFloat("1e"+strconv.Itoa(e), 64)
		if err == nil {
			around(f)
		}
	}
	return append(doubles, 0, math.MaxFloat64, math.SmallestNonzeroFloat64)
}

func TestNumbersAreWrittenAsNodeWritesThem(t *testing.T) {
	t.Parallel()
	doubles := boundaryDoubles()
	r := seeded(1)
	for range 20_000 {
		decimal := float64(r.Int64N(1_000_000_000)) / math.Pow10(r.IntN(12))
		doubles = append(doubles, math.Float64frombits(r.Uint64()), float64(r.Int64()), decimal)
	}
	inputs := make([]string, len(doubles))
	for i, f := range doubles {
		inputs[i] = fmt.Sprintf("%016x", math.Float64bits(f))
	}
	want := askNode(t, `(bits) => {
		const f = Buffer.from(bits, 'hex').readDoubleBE();
		return String(f) + ' ' + JSON.stringify(f);
	}`, inputs)
	requireSame(t, inputs, want, func(bits string) string {
		u, err := strconv.ParseUint(bits, 16, 64)
		require.NoError(t, err)
		f := math.Float64frombits(u)
		return string(AppendJSONNumber(append(AppendNumber(nil, f), ' '), f))
	})
}

func TestJSONNumbersAreNormalizedAsByNode(t *testing.T) {
	t.Parallel()
	r := seeded(2)
	digits := func(n int) string {
		text := make([]byte, n)
		for i := range text {
			text[i] = byte('0' + pick(r, 0, 9, r.IntN(10)))
		}
		return string(text)
	}
	var inputs []string
	for len(inputs) < 40_000 {
		literal := pick(r, "", "-") + pick(r, "0", strconv.Itoa(1+r.IntN(9))+digits(r.IntN(pick(r, 3, 16, 25))))
		if r.IntN(2) == 0 {
			literal += "." + digits(1+r.IntN(pick(r, 3, 20)))
		}
		if r.IntN(3) == 0 {
			literal += pick(r, "e", "E") + pick(r, "", "+", "-") + digits(1+r.IntN(3))
		}
		inputs = append(inputs, literal)
	}
	want := askNode(t, `(literal) => JSON.stringify(JSON.parse(literal))`, inputs)
	requireSame(t, inputs, want, func(literal string) string {
		return string(NormalizeJSONNumber(nil, []byte(literal)))
	})
}

func FuzzNormalizeJSONNumber(f *testing.F) {
	for _, seed := range []string{"0", "-0", "1.0", "1e400", "0.0000001", "12345678901234567890", "x", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, literal []byte) {
		got := NormalizeJSONNumber(nil, literal)
		require.True(t, json.Valid(got), "%q", got)
		require.Equal(t, string(got), string(NormalizeJSONNumber(nil, got)), "normal form is stable")
		require.Equal(t, string(AppendJSONNumber(nil, ParseJSONNumber(literal))), string(got), "the fast path changes nothing")
	})
}

func FuzzAppendNumber(f *testing.F) {
	for _, seed := range []float64{0, -0.1, 1e21, 1e-7, 5e-324, math.MaxFloat64, math.Inf(-1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, number float64) {
		got := ToNumber(string(AppendNumber(nil, number)))
		if math.IsNaN(number) {
			require.True(t, math.IsNaN(got))
			return
		}
		require.Equal(t, number, got, "reads back as the same number")
	})
}

func TestHotPathsDoNotAllocate(t *testing.T) {
	buffer := make([]byte, 0, 512)
	literal, long := []byte("1614775793"), []byte("1.50")
	segments := make([]Segment, 0, 8)
	for name, call := range map[string]func(){
		"AppendNumber integer":          func() { buffer = AppendNumber(buffer[:0], 1614775793) },
		"AppendNumber fraction":         func() { buffer = AppendNumber(buffer[:0], 0.1) },
		"AppendNumber exponent":         func() { buffer = AppendNumber(buffer[:0], 1e-9) },
		"NormalizeJSONNumber canonical": func() { buffer = NormalizeJSONNumber(buffer[:0], literal) },
		"NormalizeJSONNumber parsed":    func() { buffer = NormalizeJSONNumber(buffer[:0], long) },
		"ParseDate standard":            func() { ParseDate("2021-03-03T12:13:14.567Z") },
		"ParseDate legacy":              func() { ParseDate("Wed, 03 Mar 2021 12:13:14 GMT") },
		"ToNumber":                      func() { ToNumber("2021-03-03T12:13:14Z") },
		"SplitPath plain":               func() { segments = SplitPath("favourite_colour", segments[:0]) },
		"SplitPath dotted":              func() { segments = SplitPath("address.lines.0", segments[:0]) },
		"AppendJSONString":              func() { buffer = AppendJSONString(buffer[:0], "a \"quoted\" text\n") },
		"AppendEscapedHTML":             func() { buffer = AppendEscapedHTML(buffer[:0], "Tom & Jerry") },
		"ToLower":                       func() { ToLower("order completed") },
		"ParseTemplate":                 func() { ParseTemplate("{{ event.properties.acc || x }}") },
	} {
		require.Zero(t, testing.AllocsPerRun(100, call), name)
	}
}

func BenchmarkAppendNumber(b *testing.B) {
	buffer := make([]byte, 0, 64)
	for name, f := range map[string]float64{"integer": 1614775793, "price": 1999.95, "long": 0.1234567890123456, "exponent": 1.5e-9} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buffer = AppendNumber(buffer[:0], f)
			}
		})
	}
}

func BenchmarkNormalizeJSONNumber(b *testing.B) {
	buffer := make([]byte, 0, 64)
	for _, literal := range []string{"1614775793", "1999.95", "1999.50", "12345678901234567890"} {
		b.Run(literal, func(b *testing.B) {
			b.ReportAllocs()
			text := []byte(literal)
			for b.Loop() {
				buffer = NormalizeJSONNumber(buffer[:0], text)
			}
		})
	}
}
