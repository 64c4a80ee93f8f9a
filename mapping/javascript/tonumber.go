package javascript

import (
	"math"
	"strconv"
)

// ToNumber returns Number(s) (StringToNumber): s without white space around it is "" (0), a decimal number with
// optional sign and exponent, "Infinity" with optional sign, or an unsigned integer after 0x, 0o or 0b (either case).
// Anything else, numeric separators included, is NaN.
func ToNumber(s string) float64 {
	s = Trim(s)
	if s == "" {
		return 0
	}
	if bits := radixBits(s); bits != 0 {
		return parsePowerOfTwo(s[2:], bits)
	}
	switch s {
	case "Infinity", "+Infinity":
		return math.Inf(1)
	case "-Infinity":
		return math.Inf(-1)
	}
	if !isDecimal(s) {
		return math.NaN()
	}
	// The only error left is the range, and then the value is ±Inf, as in JavaScript.
	f, _ := strconv.ParseFloat(s, 64)
	return f
}

// isDecimal reports whether s is a StrDecimalLiteral other than Infinity: [+-] digits [. digits] [exponent], where
// digits may be missing on one side of the point.
func isDecimal(s string) bool {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	whole := skipDigits(s, i)
	digits := whole - i
	i = whole
	if i < len(s) && s[i] == '.' {
		fraction := skipDigits(s, i+1)
		digits += fraction - i - 1
		i = fraction
	}
	if digits == 0 {
		return false
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		end := skipDigits(s, i)
		if end == i {
			return false
		}
		i = end
	}
	return i == len(s)
}

// skipDigits returns the first position from i on that holds no decimal digit.
func skipDigits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// radixBits returns the bits that a digit holds under the prefix of s (0x, 0o, 0b), 0 when s has no such prefix.
func radixBits(s string) uint {
	if len(s) < 2 || s[0] != '0' {
		return 0
	}
	switch s[1] {
	case 'x', 'X':
		return 4
	case 'o', 'O':
		return 3
	case 'b', 'B':
		return 1
	}
	return 0
}

// parsePowerOfTwo reads digits of the radix 1<<bits as the nearest double, ties to even; NaN when there are none or one
// isn't a digit of that radix.
func parsePowerOfTwo(digits string, bits uint) float64 {
	if digits == "" {
		return math.NaN()
	}
	var mantissa uint64
	exponent := 0
	for i := range len(digits) {
		digit := hexDigit(digits[i])
		if digit >= 1<<bits {
			return math.NaN()
		}
		if mantissa < 1<<59 {
			mantissa = mantissa<<bits | uint64(digit)
			continue
		}
		// The mantissa holds more bits than a double keeps. What follows counts only as more than nothing, which the
		// lowest bit remembers for the rounding.
		exponent += int(bits)
		if digit != 0 {
			mantissa |= 1
		}
	}
	return math.Ldexp(float64(mantissa), exponent)
}

// hexDigit returns the value of a hexadecimal digit, 255 for any other character.
func hexDigit(c byte) uint8 {
	switch {
	case isDigit(c):
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
