package javascript

import (
	"math"
	"strconv"
)

// AppendNumber appends f as JavaScript turns a number into text (Number::toString, radix 10): the shortest digits that
// read back as f, in plain notation from 1e-6 up to below 1e21 and as 1e+21 or 1e-7 beyond. -0 is "0"; the rest are
// "NaN", "Infinity" and "-Infinity".
func AppendNumber(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	switch {
	case abs < 1<<53 && f == math.Trunc(f):
		return strconv.AppendInt(dst, int64(f), 10)
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case abs >= 1e-6 && abs < 1e21:
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes at least two digits of exponent, JavaScript as many as needed: 1e-07 is 1e-7.
	if n := len(dst); dst[n-2] == '0' && (dst[n-3] == '-' || dst[n-3] == '+') {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// AppendJSONNumber appends f as JSON.stringify writes a number (SerializeJSONProperty): like AppendNumber, but null
// for NaN and the infinities.
func AppendJSONNumber(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return AppendNumber(dst, f)
}

// ParseJSONNumber returns the double that JSON.parse makes of a JSON number literal: the nearest one, ties to even,
// ±Inf beyond the largest (1e400) and ±0 below the smallest. The literal is one that a JSON parser has accepted;
// anything that isn't a decimal number gives NaN.
func ParseJSONNumber(literal []byte) float64 {
	if !isDecimal(string(literal)) {
		return math.NaN()
	}
	// The only error left is the range, and then the value is ±Inf, as in JavaScript.
	f, _ := strconv.ParseFloat(string(literal), 64)
	return f
}

// NormalizeJSONNumber appends to dst what JSON.stringify(JSON.parse(literal)) gives: 1.0 → 1, 1e2 → 100, -0 → 0,
// 12345678901234567890 → 12345678901234567000, 1e400 → null. A canonical literal is copied without being parsed; a
// caller that can keep the literal where it is asks IsCanonicalNumber first.
func NormalizeJSONNumber(dst, literal []byte) []byte {
	if IsCanonicalNumber(literal) {
		return append(dst, literal...)
	}
	return AppendJSONNumber(dst, ParseJSONNumber(literal))
}

// IsCanonicalNumber reports, without parsing it, that JSON.stringify(JSON.parse(literal)) is literal itself. It looks
// for plain notation with at most 15 digits, which a double always keeps; false means that the answer isn't known
// without parsing.
func IsCanonicalNumber(literal []byte) bool {
	digits := literal
	negative := len(digits) > 0 && digits[0] == '-'
	if negative {
		digits = digits[1:]
	}
	whole := countDigits(digits)
	switch {
	case whole == 0, whole > 1 && digits[0] == '0':
		return false
	case whole == len(digits):
		// Of the integers in this form only -0 is written otherwise.
		return whole <= 15 && (!negative || digits[0] != '0')
	}
	return digits[whole] == '.' && isCanonicalFraction(digits[:whole], digits[whole+1:])
}

// isCanonicalFraction reports whether whole "." fraction is short enough to survive as a double, has no trailing zero
// and isn't below 1e-6, where JavaScript turns to the notation with an exponent.
func isCanonicalFraction(whole, fraction []byte) bool {
	n := len(fraction)
	if n == 0 || len(whole)+n > 15 || countDigits(fraction) != n || fraction[n-1] == '0' {
		return false
	}
	if whole[0] != '0' {
		return true
	}
	zeros := 0
	for fraction[zeros] == '0' {
		zeros++
	}
	return zeros <= 5
}

// countDigits returns how many decimal digits text begins with.
func countDigits(text []byte) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
