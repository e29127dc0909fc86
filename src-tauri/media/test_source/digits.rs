//! A font for time stamps: digits, colon and point, 3×5.

/// Width of a character with the gap after it, in cells.
pub const ADVANCE: usize = 4;
/// Height of a character, in cells.
pub const HEIGHT: usize = 5;

/// The rows of a character, top first; bit 2 is the left cell. Unknown ones are blank.
pub fn rows(character: u8) -> [u8; HEIGHT] {
    match character {
        b'0' => [0b111, 0b101, 0b101, 0b101, 0b111],
        b'1' => [0b010, 0b110, 0b010, 0b010, 0b111],
        b'2' => [0b111, 0b001, 0b111, 0b100, 0b111],
        b'3' => [0b111, 0b001, 0b111, 0b001, 0b111],
        b'4' => [0b101, 0b101, 0b111, 0b001, 0b001],
        b'5' => [0b111, 0b100, 0b111, 0b001, 0b111],
        b'6' => [0b111, 0b100, 0b111, 0b101, 0b111],
        b'7' => [0b111, 0b001, 0b010, 0b010, 0b010],
        b'8' => [0b111, 0b101, 0b111, 0b101, 0b111],
        b'9' => [0b111, 0b101, 0b111, 0b001, 0b111],
        b':' => [0b000, 0b010, 0b000, 0b010, 0b000],
        b'.' => [0b000, 0b000, 0b000, 0b000, 0b010],
        _ => [0; HEIGHT],
    }
}
