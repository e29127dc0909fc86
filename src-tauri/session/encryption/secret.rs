//! The secret that the people of an encrypted session share: seven words.

use std::fmt::{self, Debug, Formatter};

use bip39::Language;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::error::UiError;

/// How many words it has.
const WORDS: usize = 7;

/// What a word tells, in bits: one of 2048.
const WORD_BITS: u32 = 11;

/// The last bits are a check on the ones before, against words heard wrong.
const CHECK_BITS: u32 = 7;

/// What is random. The derivation of the keys is slow on purpose, so that nobody can try them all.
const RANDOM_BITS: u32 = WORDS as u32 * WORD_BITS - CHECK_BITS;

/// Letters by which two words are told apart.
const TELLING: usize = 4;

/// A session's secret. Prints as a placeholder.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// A new one, of 70 random bits.
    pub fn random() -> Self {
        Self::of(rand::rng().random::<u128>() >> (u128::BITS - RANDOM_BITS))
    }

    fn of(random: u128) -> Self {
        let bits = random << CHECK_BITS | check(random);
        let list = Language::English.word_list();
        let words = (0..WORDS).rev().map(|at| {
            let word = bits >> (at as u32 * WORD_BITS) & ((1 << WORD_BITS) - 1);
            list[usize::try_from(word).unwrap_or_default()]
        });
        Self(words.collect::<Vec<_>>().join("-").into())
    }

    /// Reads the words: in any case, with anything but letters between them, each at least by its first four letters.
    ///
    /// # Errors
    /// They are not seven, one is not of the list, or they do not belong together. No word is in the error.
    pub fn parse(text: &str) -> Result<Self, UiError> {
        let wrong = |message: String| UiError::new("key_words_wrong", message, "Ask the host for the key words again.");
        let words: Vec<_> =
            text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        if words.len() != WORDS {
            return Err(wrong(format!("The key has {WORDS} words, and these are {}.", words.len())));
        }
        let list = Language::English.word_list();
        let mut bits = 0u128;
        for (number, word) in words.into_iter().enumerate() {
            let at = index(&list[..], word)
                .ok_or_else(|| wrong(format!("Word {} of the key is not one that a key can have.", number + 1)))?;
            bits = bits << WORD_BITS | at;
        }
        let random = bits >> CHECK_BITS;
        if bits & ((1 << CHECK_BITS) - 1) != check(random) {
            return Err(wrong("One of the key’s words is another one than the host has.".into()));
        }
        Ok(Self::of(random))
    }

    /// The words, with hyphens between them.
    pub fn words(&self) -> &SecretString {
        &self.0
    }

    /// The words, for who is to see or hear them.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.reveal() == other.reveal()
    }
}

impl Eq for Secret {}

impl Debug for Secret {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

fn check(random: u128) -> u128 {
    let hash = Sha256::digest(random.to_be_bytes());
    u128::from(hash[0]) >> (u8::BITS - CHECK_BITS)
}

fn index(list: &[&str], word: &str) -> Option<u128> {
    let word = word.to_lowercase();
    let at = list.iter().position(|known| *known == word).or_else(|| {
        (word.len() >= TELLING && word.is_ascii()).then(|| list.iter().position(|known| known.starts_with(&word)))?
    })?;
    u128::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_words_come_back_however_they_are_written() {
        for _ in 0..50 {
            let secret = Secret::random();
            assert_eq!(secret.reveal().split('-').count(), WORDS);
            let short: Vec<_> = secret.reveal().split('-').map(|word| &word[..word.len().min(4)]).collect();
            for text in [
                secret.reveal().to_owned(),
                secret.reveal().to_uppercase(),
                format!("  {}.\n", secret.reveal().replace('-', ", ")),
                short.join(" "),
            ] {
                assert_eq!(Secret::parse(&text).unwrap(), secret, "{text}");
            }
        }
    }

    #[test]
    fn no_two_are_alike_and_none_prints() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "Secret");
    }

    #[test]
    fn what_was_heard_wrong_is_noticed_and_not_repeated() {
        let secret = Secret::of(0x2a_5555_1234_5678_9abc);
        let words: Vec<_> = secret.reveal().split('-').collect();
        let list = Language::English.word_list();
        let mut unnoticed = 0;
        for at in 0..WORDS {
            for other in list.iter().step_by(37).filter(|other| **other != words[at]) {
                let mut heard = words.clone();
                heard[at] = other;
                unnoticed += usize::from(Secret::parse(&heard.join(" ")).is_ok());
            }
        }
        let tried = WORDS * list.len() / 37;
        assert!(unnoticed * 20 < tried, "{unnoticed} of {tried} wrong words were taken");
        for (text, says) in [("", "these are 0"), ("one two", "these are 2"), ("a b c d e f hunter2", "Word 1")] {
            let error = Secret::parse(text).unwrap_err();
            assert!(error.message.contains(says) && !error.message.contains("hunter"), "{}", error.message);
        }
    }
}
